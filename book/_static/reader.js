// What pages need of script: boxes that scroll can be reached by keyboard, and the search page finds claims, figures, numbers.
(() => {
  const scrolling = ".cell_output, .cell_output .output, pre, .cards-on-phones, div.math, mjx-container";
  const reachable = () => {
    for (const box of document.querySelectorAll(scrolling)) {
      const scrolls = box.scrollWidth > box.clientWidth && getComputedStyle(box).overflowX !== "visible";
      if (scrolls && !box.hasAttribute("tabindex")) {
        box.tabIndex = 0;
        box.dataset.reached = "";
      } else if (!scrolls && "reached" in box.dataset) {
        box.removeAttribute("tabindex");
        delete box.dataset.reached;
      }
    }
  };
  addEventListener("load", reachable);
  addEventListener("resize", reachable);
  document.addEventListener("toggle", reachable, true);

  // A page opened from disk may not read another one, so that the results come without their excerpts.
  if (location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS !== "undefined") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

  const plain = (text) => text.toLowerCase().replaceAll("\u2212", "-").replaceAll("_", " ");
  const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

  const find = (query) => {
    const terms = plain(query).split(/\s+/).filter(Boolean).map((term) => new RegExp("(^|[^a-z0-9.])" + escape(term)));
    return findings.filter((finding) => {
      const text = plain(finding.title + " " + finding.text);
      return terms.every((term) => term.test(text));
    });
  };

  const show = (query, found) => {
    const section = document.createElement("section");
    section.id = "findings";
    const heading = section.appendChild(document.createElement("h2"));
    heading.textContent = found.length ? "Claims, figures and numbers" : "No claim, figure or number has these words";
    const list = section.appendChild(document.createElement("ul"));
    for (const finding of found.slice(0, 60)) {
      const item = list.appendChild(document.createElement("li"));
      item.append(finding.kind + ": ");
      const link = item.appendChild(document.createElement("a"));
      link.href = finding.url;
      link.textContent = finding.title;
    }
    if (found.length > 60) section.append(`${found.length - 60} more; another word narrows them down.`);
    if (!found.length) list.remove();
    const pages = section.appendChild(document.createElement("h2"));
    pages.textContent = "In the text of the pages";
    document.getElementById("search-results").before(section);
  };

  addEventListener("DOMContentLoaded", () => {
    const query = new URLSearchParams(location.search).get("q");
    if (!query || !document.getElementById("search-results")) return;
    const script = document.createElement("script");
    script.src = "_static/findings.js";
    script.onload = () => show(query, find(query));
    document.head.append(script);
  });
})();
