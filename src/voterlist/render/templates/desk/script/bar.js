// What stands around the case: progress and pace, reasons, dialogs.
const pauseMinutes = 5;
const lastDecisions = 30;

// Cases an hour at the pace of the last decisions; pauses do not count.
const paceOf = (decisions) => {
  const last = [...decisions.values()].filter((one) => !one.isOneOfMany).slice(-lastDecisions);
  const times = last.map((one) => Date.parse(one.time)).sort((one, other) => one - other);
  const gaps = times.slice(1).map((time, at) => time - times[at]).filter((gap) => gap < pauseMinutes * 60000);
  const total = gaps.reduce((sum, gap) => sum + gap, 0);
  return gaps.length < 5 || total === 0 ? null : Math.round((gaps.length * 3600000) / total);
};

const drawProgress = (desk, view) => {
  const isAsked = (place) => ["open", "contested"].includes(desk.state(place));
  if (view.asked === undefined) {
    view.asked = 0;
    for (let place = 0; place < desk.count; place += 1) view.asked += isAsked(place) ? 1 : 0;
  }
  let open = view.asked;
  for (const place of view.decisions().keys()) open += isAsked(place) ? 0 : 1;
  const done = view.decisions().size;
  byId("progress").max = Math.max(open, 1);
  byId("progress").value = done;
  const pace = paceOf(view.decisions());
  byId("done").textContent = desk.say("desk.progress", { done: desk.number(done), all: desk.number(open) });
  byId("pace").textContent = pace ? desk.say("desk.pace", { count: desk.number(pace) }) : "";
  byId("count").textContent = desk.say("desk.count", { count: desk.number(view.list.places.length) });
  byId("bulk").disabled = !view.list.places.some(view.isForBulk);
};

const drawSaved = (desk, store) => {
  byId("unsaved").hidden = store.isSaved;
};

const drawBar = (desk, view) => {
  const mine = view.decisions().get(view.place);
  const reason = view.draft ? view.draft.reason : "";
  const chosen = reason || (mine && mine.reason) || "";
  byId("reasons").replaceChildren(...desk.codes.reasons.map((code, at) => make(
    "button",
    { type: "button", class: "small", "aria-pressed": String(code === chosen), onclick: () => view.chooseReason(code) },
    make("kbd", {}, `r ${at + 1}`),
    desk.say(`desk.reason.${code}`),
  )));
  byId("note").value = view.draft ? view.draft.note : "";
  const isOwn = view.place >= 0 && desk.isOwn(view.place, view.person);
  byId("withdraw").hidden = !isOwn;
  byId("person").textContent = view.person || desk.say("desk.no-name");
};

const askName = (desk, view, then) => {
  const dialog = byId("name-dialog");
  const field = byId("name");
  field.value = view.person;
  dialog.onclose = () => {
    const name = field.value.trim().replace(/\s+/g, " ");
    if (dialog.returnValue === "yes" && name) {
      view.setPerson(name);
      if (then) then();
    }
  };
  dialog.returnValue = "";
  dialog.showModal();
  field.focus();
};

// A random sample is shown before many cases are decided at once.
const sampleSize = 5;

const sampleOf = (places) => {
  const left = [...places];
  const taken = [];
  while (left.length && taken.length < sampleSize) taken.push(left.splice(Math.floor(Math.random() * left.length), 1)[0]);
  return taken;
};

const openBulk = (desk, view) => {
  const places = view.bulkPlaces();
  if (!places.length) return;
  if (!view.person) {
    askName(desk, view, () => openBulk(desk, view));
    return;
  }
  const { entries, cases } = desk.data;
  const entryText = (row) => ["written", "birth_date", "address"].map((name) => desk.text(entries[name][row])).filter(Boolean).join(" · ");
  const card = (place) => make(
    "li",
    {},
    make("b", {}, `${cases.number[place]} · ${desk.probability(place)}`),
    make("p", {}, desk.text(cases.sentence[place])),
    make("ol", {}, ...desk.rows(place).map((row) => make("li", {}, entryText(row), " ", make("small", {}, desk.say(`role.${desk.codes.roles[entries.role[row]]}`))))),
  );
  byId("bulk-lead").textContent = desk.say("desk.bulk.lead", { count: desk.number(places.length) });
  byId("bulk-sample").replaceChildren(...sampleOf(places).map(card));
  byId("bulk-yes").textContent = desk.say("desk.bulk.yes", { count: desk.number(places.length) });
  const dialog = byId("bulk-dialog");
  dialog.onclose = () => {
    if (dialog.returnValue === "yes") view.bulk(places);
  };
  dialog.returnValue = "";
  dialog.showModal();
};
