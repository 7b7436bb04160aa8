const english = {
  retry: "Try again",
  figures: "Figures",
  days: "The last fourteen days",
  day: "Day",
  newPeople: "New people",
  planned: "Planned",
  completed: "Completed",
  noDays: "The first figures are written tonight.",
  people: "People",
  search: "Email contains",
  find: "Find",
  nobody: "Nobody.",
  more: "More",
  disable: "Disable",
  enable: "Enable",
  disabled: "disabled",
  since: (day, tasks) => `since ${day}, ${tasks} ${tasks === 1 ? "task" : "tasks"}`,
  figure: { people: "people", disabled: "disabled", tasks: "tasks", completed: "completed", waiting: "events waiting" },
  confirm: (email) => `Disable ${email}? They are signed out everywhere at once.`,
  done: {
    disabled: (email) => `${email} is disabled and signed out everywhere.`,
    disabledSoon: (email) => `${email} is disabled and cannot do anything any more.`,
    enabled: (email) => `${email} may sign in again.`,
  },
  unreachable: "The service cannot be reached. Try again in a moment.",
  forbidden: "Only the office may do this.",
  gone: "They are no longer there.",
  wait: (seconds) => `Too many requests. Try again in ${seconds} seconds.`,
  failed: "Something went wrong on our side.",
};

const korean = {
  retry: "다시 시도",
  figures: "현황",
  days: "최근 14일",
  day: "날짜",
  newPeople: "신규 가입",
  planned: "계획",
  completed: "완료",
  noDays: "첫 집계는 오늘 밤에 기록됩니다.",
  people: "사용자",
  search: "이메일 검색",
  find: "찾기",
  nobody: "없습니다.",
  more: "더 보기",
  disable: "정지",
  enable: "정지 해제",
  disabled: "정지됨",
  since: (day, tasks) => `${day} 가입, 일정 ${tasks}개`,
  figure: { people: "사용자", disabled: "정지", tasks: "일정", completed: "완료", waiting: "대기 중 이벤트" },
  confirm: (email) => `${email} 계정을 정지할까요? 모든 기기에서 바로 로그아웃됩니다.`,
  done: {
    disabled: (email) => `${email} 계정이 정지되고 모든 기기에서 로그아웃되었습니다.`,
    disabledSoon: (email) => `${email} 계정이 정지되어 더 이상 아무것도 할 수 없습니다.`,
    enabled: (email) => `${email} 계정의 정지가 해제되었습니다.`,
  },
  unreachable: "서비스에 연결할 수 없습니다. 잠시 후 다시 시도하세요.",
  forbidden: "사무실에서만 할 수 있습니다.",
  gone: "더 이상 없는 사용자입니다.",
  wait: (seconds) => `요청이 너무 많습니다. ${seconds}초 후 다시 시도하세요.`,
  failed: "서버에 문제가 생겼습니다.",
};

export const language = /^ko\b/i.test(navigator.language) ? "ko" : "en";
export const texts = language === "ko" ? korean : english;

/** Puts the page's own words into the reader's language. */
export function translate(document) {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = texts[element.dataset.text];
}
