// One key for what is done a thousand times.
const bindKeys = (desk, view) => {
  let isReason = false;
  const acts = {
    j: () => view.step(1),
    k: () => view.step(-1),
    a: () => view.asProposed(),
    s: () => view.separate(),
    f: () => view.ask(),
    u: () => view.undo(),
    w: () => view.withdraw(),
    n: () => byId("note").focus(),
    d: () => byId("due").focus(),
    b: () => { byId("bits").open = !byId("bits").open; },
    e: () => byId("export-decisions").click(),
    "/": () => byId("find").focus(),
    "?": () => byId("help-dialog").showModal(),
  };
  // These need no case in view; these may be held down.
  const without = new Set(["j", "k", "u", "e", "/", "?"]);
  const held = new Set(["j", "k"]);
  const isWriting = (target) => ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
  document.addEventListener("keydown", (event) => {
    const isInDialog = document.querySelector("dialog[open]");
    if (event.key === "Escape" && isWriting(event.target)) {
      event.target.blur();
      // A browser would empty the search and tell nobody: the list would not fit it.
      if (!isInDialog) event.preventDefault();
    }
    const isElsewhere = isWriting(event.target) || isInDialog;
    if (isElsewhere || event.ctrlKey || event.altKey || event.metaKey) return;
    if (view.place < 0 && !without.has(event.key)) return;
    if (event.repeat && !held.has(event.key)) return;
    const digit = /^Digit([1-9])$/.exec(event.code) || /^Numpad([1-9])$/.exec(event.code);
    if (isReason && digit) {
      const reason = desk.codes.reasons[Number(digit[1]) - 1];
      if (reason) view.chooseReason(reason);
    } else if (digit && event.shiftKey) {
      view.toggleApart(Number(digit[1]) - 1);
    } else if (digit) {
      view.keep(Number(digit[1]) - 1);
    } else if (event.key === "r") {
      isReason = true;
      view.announce(desk.say("desk.choose-reason"));
      event.preventDefault();
      return;
    } else if (acts[event.key]) {
      acts[event.key]();
    } else {
      return;
    }
    isReason = false;
    event.preventDefault();
  });
};
