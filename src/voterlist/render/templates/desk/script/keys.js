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
  const isWriting = (target) => ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isWriting(event.target)) event.target.blur();
    const isElsewhere = isWriting(event.target) || document.querySelector("dialog[open]");
    if (isElsewhere || event.ctrlKey || event.altKey || event.metaKey) return;
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
