// An order is placed once, however often the button is pressed.
const order = document.getElementById("order");
const button = order?.querySelector("button");

order?.addEventListener("submit", () => {
  button.disabled = true;
  button.textContent = "Placing order…";
});

// Coming back with the browser's back button shows the page as it was left, with the button still disabled.
window.addEventListener("pageshow", () => {
  if (!button) return;
  button.disabled = false;
  button.textContent = "Place order";
});
