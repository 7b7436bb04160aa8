const answer = document.querySelector("#answer");

async function ask() {
  try {
    const { API_URL } = await (await fetch("/environment.json")).json();
    const response = await fetch(`${API_URL}/hello`);
    const { message, greetings, release } = await response.json();
    answer.textContent = `${message}, for the ${greetings}. time, from release ${release}`;
  } catch (error) {
    answer.textContent = `The API does not answer: ${error.message}`;
  }
}

document.querySelector("#again").addEventListener("click", ask);
await ask();
