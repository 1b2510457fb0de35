// Which theme, before the first paint? The reader's choice, else the system's.
(function () {
  var choice = null;
  try { choice = localStorage.getItem("pk-theme"); } catch (e) { /* private mode */ }
  var dark = choice ? choice === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.setAttribute("data-bs-theme", dark ? "dark" : "light");
})();
