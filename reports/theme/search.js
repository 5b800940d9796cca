// Search in the reader's browser: pagefind where pages come from a server, our own index where they are opened as files.
(function () {
  "use strict";
  const form = document.getElementById("suche");
  if (!form) return;
  const input = document.getElementById("suchbegriff");
  const status = document.getElementById("suchstand");
  const list = document.getElementById("treffer");
  const more = document.getElementById("mehr");
  const PAGE = 10;
  let pending = [];
  let total = 0;
  let run = 0;

  const text = (tag, content, className) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (content) element.textContent = content;
    return element;
  };
  // "Überschuss", "ueberschuss" and "uberschuss" are the same to a reader in a hurry.
  const fold = (word) => word.toLowerCase().replace(/ä|ae/g, "a").replace(/ö|oe/g, "o").replace(/ü|ue/g, "u").replace(/ß/g, "ss")
    .normalize("NFD").replace(/[\u0300-\u036f\u00ad]/g, "").replace(/[\u2010\u2011]/g, "-").replace(/\u00a0/g, " ");
  const wordsOf = (query) => fold(query).split(/[^\p{L}\p{N}]+/u).filter(Boolean);

  // Marks the words found without ever writing HTML.
  function excerpt(source, words) {
    const paragraph = text("p", "", "excerpt");
    const parts = source.split(/([\p{L}\p{N}]+)/u);
    const hit = (part) => words.some((word) => fold(part).includes(word));
    const first = parts.findIndex((part) => part && hit(part));
    const start = first > 24 ? first - 24 : 0;
    const shown = parts.slice(start, start + 80);
    if (start) paragraph.append("… ");
    for (const part of shown) paragraph.append(/[\p{L}\p{N}]/u.test(part) && hit(part) ? text("mark", part) : part);
    if (start + 80 < parts.length) paragraph.append(" …");
    return paragraph;
  }
  // Pagefind's excerpts are text with <mark>; only that is taken over.
  function marked(html) {
    const paragraph = text("p", "", "excerpt");
    const parsed = new DOMParser().parseFromString(html, "text/html").body;
    for (const node of parsed.childNodes) paragraph.append(node.nodeName === "MARK" ? text("mark", node.textContent) : node.textContent);
    return paragraph;
  }
  function item(hit) {
    const entry = document.createElement("li");
    const heading = document.createElement("h2");
    const link = text("a", hit.heading || hit.title);
    link.href = hit.href;
    heading.append(link);
    entry.append(heading);
    if (hit.heading) entry.append(text("p", hit.title, "where"));
    entry.append(hit.excerpt);
    return entry;
  }

  function loadScript(source) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = source;
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
    });
  }
  let engine;
  async function open() {
    if (/^https?:$/.test(location.protocol)) {
      try {
        const pagefind = await import(new URL("pagefind/pagefind.js", document.baseURI).href);
        await pagefind.options({ excerptLength: 28 });
        await pagefind.init();
        return async (query) => (await pagefind.search(query)).results.map((result) => async () => {
          const data = await result.data();
          // The address as indexed, relative to the site: it may lie in any folder of a server.
          return { href: (data.raw_url || data.url).replace(/^\//, ""), title: data.meta.title, heading: "", excerpt: marked(data.excerpt) };
        });
      } catch (error) {
        console.warn("pagefind", error);
      }
    }
    if (!window.SUCHINDEX) await loadScript("assets/suchindex.js");
    const index = window.SUCHINDEX.map(([href, title, heading, body]) => (
      { href, title, heading, body, inTitle: fold(title), inHeading: fold(heading), inBody: fold(body) }));
    return async (query) => {
      const words = wordsOf(query);
      const score = (entry) => words.reduce((sum, word) => {
        const here = (entry.inTitle.includes(word) ? 6 : 0) + (entry.inHeading.includes(word) ? 8 : 0)
          + Math.min(4, entry.inBody.split(word).length - 1);
        return sum === null || here === 0 ? null : sum + here;
      }, 0);
      return index.map((entry, position) => ({ entry, position, score: score(entry) }))
        .filter((hit) => hit.score)
        .sort((a, b) => b.score - a.score || a.position - b.position)
        .map(({ entry }) => async () => ({ href: entry.href, title: entry.title, heading: entry.heading, excerpt: excerpt(entry.body, words) }));
    };
  }

  async function showMore(focus) {
    const batch = pending.splice(0, PAGE);
    const mine = run;
    const hits = await Promise.all(batch.map((load) => load()));
    if (mine !== run) return;
    const entries = hits.map(item);
    list.append(...entries);
    more.hidden = pending.length === 0;
    if (focus && entries.length) entries[0].querySelector("a").focus();
    const shown = list.children.length;
    if (total > shown) status.textContent = `${total} Treffer, davon ${shown} gezeigt`;
    else status.textContent = total === 1 ? "1 Treffer" : `${total} Treffer`;
  }

  async function search(query) {
    const mine = ++run;
    list.replaceChildren();
    more.hidden = true;
    if (!wordsOf(query).length) { status.textContent = ""; return; }
    status.textContent = "Suche läuft …";
    try {
      engine = engine || await open();
      const found = await engine(query);
      if (mine !== run) return;
      pending = found;
      total = found.length;
      if (!total) { status.textContent = `Keine Treffer für „${query.trim()}“. Prüfen Sie die Schreibweise oder suchen Sie nach einem kürzeren Wort.`; return; }
      await showMore(false);
    } catch (error) {
      console.warn(error);
      status.textContent = "Die Suche ließ sich nicht laden. Die Seiten Themen und Indikatoren führen zu allen Kapiteln.";
    }
  }

  const wanted = () => new URLSearchParams(location.search).get("q") || new URLSearchParams(location.hash.slice(1)).get("q") || "";
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const target = `#q=${encodeURIComponent(input.value)}`;
    if (location.hash === target) search(input.value); else location.hash = target;
  });
  let typing;
  input.addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(() => search(input.value), 250); });
  more.addEventListener("click", () => showMore(true));
  addEventListener("hashchange", () => { input.value = wanted(); search(input.value); });
  if (wanted()) { input.value = wanted(); search(input.value); }
})();
