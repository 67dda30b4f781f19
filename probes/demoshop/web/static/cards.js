// The card editor. Preview and Print are buttons of this script: without it they do nothing.
const editor = document.getElementById("editor");
const problems = document.getElementById("problems");
const preview = document.getElementById("preview");

// send posts the form as it stands. It returns undefined after showing the problems.
async function send(address) {
  problems.replaceChildren();
  const response = await fetch(address, { method: "POST", body: new URLSearchParams(new FormData(editor)) });
  if (response.ok) return response;
  if (response.status === 422 || response.status === 503) {
    problems.innerHTML = await response.text();
  } else {
    complain(response.status === 401 ? "Your session has ended. Sign in again." : "That did not work. Reload the page and try again.");
  }
}

function complain(text) {
  const p = document.createElement("p");
  p.className = "problem";
  p.textContent = text;
  problems.replaceChildren(p);
}

// busy keeps a button from being pressed twice while its work goes on.
async function busy(button, work) {
  button.disabled = true;
  try {
    await work();
  } catch {
    complain("We cannot reach the shop. Is your network on?");
  } finally {
    button.disabled = false;
  }
}

async function showPreview() {
  const response = await send("/cards/preview");
  if (!response) return;
  preview.innerHTML = await response.text();
  preview.hidden = false;
  document.getElementById("no-preview").hidden = true;
}

async function print() {
  const response = await send("/print");
  if (response) location.assign((await response.json()).location);
}

const previewButton = document.getElementById("do-preview");
const printButton = document.getElementById("do-print");
previewButton.addEventListener("click", () => busy(previewButton, showPreview));
printButton.addEventListener("click", () => busy(printButton, print));
editor.addEventListener("submit", (event) => event.preventDefault());
