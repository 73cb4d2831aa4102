// Finds cases and faults by what stands in them; letters of every spelling and keyboard count as one.
(() => {
  const plain = { "ə": "e", "ş": "s", "ç": "c", "ğ": "g", "ı": "i", "ö": "o", "ü": "u" };
  const fold = (text) => text.replace(/İ/g, "i").replace(/I/g, "i").toLowerCase().replace(/[əşçğıöü]/g, (letter) => plain[letter]);
  for (const list of document.querySelectorAll("[data-list]")) {
    const words = list.querySelector("[data-find]");
    const kind = list.querySelector("[data-kind]");
    const count = list.querySelector("[data-count]");
    const rest = list.querySelector("[data-rest]");
    const items = [...list.querySelectorAll("[data-item]")].map((item) => [item, fold(item.textContent)]);
    const show = () => {
      const wanted = fold(words.value).split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const [item, text] of items) {
        const fits = (!kind.value || item.dataset.of === kind.value) && wanted.every((word) => text.includes(word));
        item.hidden = !fits;
        shown += fits;
      }
      if (rest && (words.value || kind.value)) rest.open = true;
      count.textContent = `${shown} / ${items.length}`;
    };
    words.addEventListener("input", show);
    kind.addEventListener("change", show);
    show();
  }
  // On paper tables and errors are unfolded; a case or a rule that is folded stays one line.
  const folded = "details:not(.case, .rule), details.rule.error";
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll(folded)].filter((part) => !part.open);
    for (const part of opened) part.open = true;
  });
  addEventListener("afterprint", () => {
    for (const part of opened) part.open = false;
    opened = [];
  });
})();
