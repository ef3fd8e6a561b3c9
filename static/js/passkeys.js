// A passkey ceremony that was broken off or refused leaves a word on the page instead of in the console.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  for (const problem of document.querySelectorAll("[data-passkey-problem]")) problem.hidden = false;
});
