// Map and list of areas light up together; data tables open before printing. Without this script everything still works.
(function () {
  "use strict";
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));
  const areaOf = (link) => { const holder = link.closest("[data-id]"); return holder && holder.dataset.id; };
  const rows = (area) => all("li[data-area]").filter((row) => row.dataset.area === area);
  const links = (area) => all("svg a").filter((link) => areaOf(link) === area);

  for (const link of all("svg a")) {
    const mark = (on) => () => rows(areaOf(link)).forEach((row) => row.classList.toggle("on", on));
    link.addEventListener("mouseenter", mark(true));
    link.addEventListener("mouseleave", mark(false));
    link.addEventListener("focus", mark(true));
    link.addEventListener("blur", mark(false));

    // The focus ring has two tones and lies above all neighbouring areas.
    link.addEventListener("focus", () => {
      const shape = link.querySelector("path");
      if (!shape || !link.matches(":focus-visible")) return;
      for (const ring of ["ring-1", "ring-2"]) {
        const copy = shape.cloneNode();
        copy.removeAttribute("style");
        copy.setAttribute("class", ring);
        shape.ownerSVGElement.append(copy);
      }
    });
    link.addEventListener("blur", () => all(".ring-1, .ring-2").forEach((ring) => ring.remove()));
  }
  for (const row of all("li[data-area]")) {
    const mark = (on) => () => links(row.dataset.area).forEach((link) => link.classList.toggle("on", on));
    row.addEventListener("mouseenter", mark(true));
    row.addEventListener("mouseleave", mark(false));
  }
  addEventListener("beforeprint", () => all("details").forEach((details) => { details.open = true; }));
})();
