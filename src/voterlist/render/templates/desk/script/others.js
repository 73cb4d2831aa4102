// Entries of which nothing is asked: somebody names one as it stands on the printed list, and decides.
const longestAnswer = 300;

const bindOthers = (desk, view, naming) => {
  const dialog = byId("others-dialog");
  const form = byId("others-form");
  const keptAs = () => `voterlist-desk/${desk.data.run}/${desk.data.constituency}/${view.person}/others`;
  const heading = (name) => desk.say(`review.column.${naming.headings[name]}`);
  const options = {
    answer: () => Object.keys(naming.columns).map((code) => [code, desk.say(`answer.${code}`)]),
    // Neither a ground nor a field is taken because it stands first.
    ground: (answer) => [["", ""], ...naming.grounds[answer].map((code) => [code, desk.say(`ground.${code}.title`)])],
    field: () => [["", ""], ...naming.fields.map((code) => [code, desk.say(`field.${code}`)])],
  };
  const isNeeded = (name, answer) => ["listed_as", "listed_name", "ground", "field", "value"].includes(name) || (name === "precinct" && answer === "move");

  view.noted = () => {
    try {
      return JSON.parse(window.localStorage.getItem(keptAs()) || "[]");
    } catch {
      return [];
    }
  };
  const keep = (entries) => {
    try {
      window.localStorage.setItem(keptAs(), JSON.stringify(entries));
    } catch {
      byId("unsaved").hidden = false;
    }
    draw();
  };
  view.takeNoted = (entries) => {
    const noted = view.noted();
    const known = new Set(noted.map(canonical));
    const added = entries.filter((entry) => !known.has(canonical(entry)));
    if (added.length) keep([...noted, ...added]);
    return added.length ? desk.say("desk.others.taken", { count: added.length }) : "";
  };

  const control = (name, answer) => {
    if (options[name]) return make("select", { name, required: isNeeded(name, answer) }, ...options[name](answer).map(([value, text]) => make("option", { value, selected: value === answer }, text)));
    const given = name === "due" ? { type: "date", value: view.dueDay() } : { type: "text", maxlength: longestAnswer };
    return make("input", { name, autocomplete: "off", required: isNeeded(name, answer), ...given });
  };
  // What was typed stays where another answer has the same column.
  const drawForm = (answer) => {
    const typed = Object.fromEntries(new FormData(form));
    const names = ["listed_in", "listed_as", "listed_name", "answer", ...naming.columns[answer], "reason"];
    form.replaceChildren(...names.map((name) => make("label", {}, make("span", {}, heading(name)), control(name, answer))));
    for (const [name, text] of Object.entries(typed)) {
      const field = form.elements[name];
      if (field && name !== "answer" && (field.tagName !== "SELECT" || [...field.options].some((one) => one.value === text))) field.value = text;
    }
    const place = form.elements.listed_in;
    const number = form.elements.listed_as;
    const needPlace = () => { place.required = /^\d+$/.test(number.value.trim()); };
    number.addEventListener("input", needPlace);
    needPlace();
    form.elements.answer.addEventListener("change", (event) => drawForm(event.target.value));
  };
  const lineOf = (entry, at) => {
    const { answer, ground, field, value, precinct, due } = entry;
    const said = [answer && desk.say(`answer.${answer}`), field && desk.say(`field.${field}`), value, ground && desk.say(`ground.${ground}.title`), precinct, desk.day(due)];
    const remove = () => keep(view.noted().filter((_one, place) => place !== at));
    return make(
      "li",
      {},
      make("b", {}, [entry.listed_in, entry.listed_as, entry.listed_name].filter(Boolean).join(" \u00b7 ")),
      make("p", {}, said.filter(Boolean).join(" \u00b7 ")),
      make("button", { type: "button", class: "small", onclick: remove }, desk.say("desk.others.remove")),
    );
  };
  const draw = () => {
    const noted = view.person ? view.noted() : [];
    byId("others").textContent = desk.say("review.sheet.named") + (noted.length ? ` (${noted.length})` : "");
    byId("others-list").replaceChildren(...noted.map(lineOf));
  };
  const open = () => {
    if (!view.person) {
      askName(desk, view, open);
      return;
    }
    form.replaceChildren();
    drawForm(Object.keys(naming.columns)[0]);
    draw();
    dialog.showModal();
    form.elements.listed_in.focus();
  };
  const note = (event) => {
    event.preventDefault();
    const filled = Object.entries(Object.fromEntries(new FormData(form))).map(([name, text]) => [name, text.trim()]);
    keep([...view.noted(), Object.fromEntries(filled.filter(([, text]) => text))]);
    form.replaceChildren();
    drawForm(filled.find(([name]) => name === "answer")[1]);
    form.elements.listed_as.focus();
  };

  form.addEventListener("submit", note);
  byId("others").addEventListener("click", open);
  byId("others-close").addEventListener("click", () => dialog.close());
  const { refresh } = view;
  view.refresh = () => {
    refresh();
    draw();
  };
};
