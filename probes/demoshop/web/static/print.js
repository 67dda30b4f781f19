// Waits for the workers. It asks for as long as the page is open: in the real outage, for up to twelve hours.
const box = document.getElementById("print");
const pollEvery = 150; // milliseconds

function show(template) {
  box.replaceChildren(document.getElementById(template).content.cloneNode(true));
}

async function poll() {
  try {
    const response = await fetch(box.dataset.statusUrl);
    if (response.redirected) return location.reload(); // signed out meanwhile
    const { status } = await response.json();
    if (status === "ready") return show("when-ready");
    if (status === "failed") return show("when-failed");
  } catch {
    // The network may come back: ask again.
  }
  setTimeout(poll, pollEvery);
}

if (box.dataset.status !== "ready" && box.dataset.status !== "failed") poll();
