/* Buttons that copy a citation, and the box that narrows down the table of results; without script the links and the table stand. */
document.addEventListener("DOMContentLoaded", function () {
  "use strict";
  document.querySelectorAll("button.copy").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const said = button.parentElement.querySelector(".copied");
      try {
        await navigator.clipboard.writeText(button.dataset.copy);
        said.textContent = "Copied.";
      } catch {
        said.textContent = button.dataset.copy; // a browser that forbids copying: to be marked by hand
      }
    });
  });
  const box = document.getElementById("results-search");
  if (!box) return;
  box.closest("p").hidden = false;
  const rows = [...document.querySelectorAll("table.results tbody tr")].map((row) => ({ row, text: row.textContent.toLowerCase().replaceAll("\u2212", "-") }));
  const count = document.getElementById("results-count");
  const narrow = () => {
    const words = box.value.toLowerCase().replaceAll("\u2212", "-").split(/\s+/).filter(Boolean);
    let kept = 0;
    rows.forEach(({ row, text }) => { row.hidden = !words.every((word) => text.includes(word)); kept += row.hidden ? 0 : 1; });
    count.textContent = words.length ? `${kept} of ${rows.length}` : "";
  };
  box.addEventListener("input", narrow);
});
