import { completeTask, createTask } from "./tasks.ts";
import { readDatabaseAddress } from "./configuration.ts";
import { Database } from "./database.ts";
import { log, reason } from "./log.ts";
import { signUp } from "./people.ts";

/** What one develops with: three people and a week of each around today. Run again, it adds nothing. */
const PASSWORD = "dailyge1234";
const PEOPLE = ["mina@example.com", "joon@example.com", "seoyeon@example.com"];
/** Days from today, a time or none, and what is planned. */
const PLANS: readonly (readonly [days: number, time: string | null, title: string])[] = [
  [-2, "07:00", "한강 달리기 5km"],
  [-2, "10:00", "주간 회의"],
  [-2, null, "세탁소에서 코트 찾기"],
  [-1, "09:30", "스탠드업 회의"],
  [-1, "14:00", "디자인 시안 검토"],
  [-1, "19:00", "어머니와 저녁 식사"],
  [0, "07:30", "요가 수업"],
  [0, "09:30", "스탠드업 회의"],
  [0, "11:00", "릴리스 노트 작성"],
  [0, "15:00", "김 대리 1:1 미팅"],
  [0, null, "전기 요금 납부"],
  [1, "09:30", "스탠드업 회의"],
  [1, "13:00", "치과 예약"],
  [1, null, "여권 사진 찍기"],
  [3, "08:12", "부산행 KTX"],
  [3, "20:00", "해운대 숙소 체크인"],
];

const dayFrom = (today: Date, days: number): string => new Intl.DateTimeFormat("sv-SE").format(new Date(today.getTime() + days * 86_400_000));

async function seed(database: Database, today: Date): Promise<void> {
  for (const email of PEOPLE) {
    const done = await signUp(database, { email, password: PASSWORD });
    if (!done) throw new Error(`${email} has another password than the seed's`);
    const person = done.account.id;
    for (const [index, [days, time, title]] of PLANS.entries()) {
      const day = dayFrom(today, days);
      const { task, isNew } = await createTask(database, person, { title, day, time }, `seed-${day}-${index}`);
      if (isNew && days < 0) await completeTask(database, person, task.id, true);
    }
    log("seeded", { email, password: PASSWORD, tasks: PLANS.length });
  }
}

const database = new Database(readDatabaseAddress(process.env));
try {
  await seed(database, new Date());
} catch (error) {
  log("seeding failed", { reason: reason(error) });
  process.exitCode = 1;
} finally {
  await database.close();
}
