// The desk that is served: a case comes when it is opened, a decision counts once it is recorded.
const newsSeconds = 4;

const call = async (path, content) => {
  const sent = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(content) };
  const answer = await fetch(path, content === undefined ? {} : sent);
  if (answer.status === 401) {
    window.location.assign("/login?ended");
    return new Promise(() => {});
  }
  return { status: answer.status, told: await answer.json() };
};

// A case that came alone, put into the columns of all.
const takeCase = (desk, told) => {
  const { data } = desk;
  const { place } = told;
  const strings = new Map();
  const texts = new Map();
  const number = (old) => {
    if (old === 0) return 0;
    const [known, add] = old > 0
      ? [strings, () => data.strings.push(told.strings[old]) - 1]
      : [texts, () => {
        for (const language of Object.keys(data.texts)) data.texts[language].push(told.texts[language][-old]);
        return 1 - data.texts.en.length;
      }];
    if (!known.has(old)) known.set(old, add());
    return known.get(old);
  };
  const rows = desk.rows(place);
  for (const name of [...data.fields, "reason", "file", "sheet", "list", "before"]) {
    rows.forEach((row, at) => { data.entries[name][row] = number(told.entries[name][at]); });
  }
  for (const name of ["id", "role", "verdict", "marks", "line", "constituency", "precinct"]) {
    rows.forEach((row, at) => { data.entries[name][row] = told.entries[name][at]; });
  }
  data.cases.sentence[place] = number(told.cases.sentence[0]);
  data.cases.due[place] = number(told.cases.due[0]);
  for (const name of ["state", "kind", "probability", "proposal", "reason"]) data.cases[name][place] = told.cases[name][0];
  data.cases.knows[place] = told.knows;
  data.answers[place] = told.answers;
  data.waterfalls[place] = told.waterfall.map((value, at) => (at % 3 === 2 ? value : number(value)));
};

const takeState = (desk, told) => {
  const { data } = desk;
  data.cases.state[told.place] = told.state;
  data.cases.knows[told.place] = told.knows;
  data.answers[told.place] = told.answers;
  desk.rows(told.place).forEach((row, at) => { data.entries.verdict[row] = told.verdicts[at]; });
};

// Decisions on their way; who waits for a case waits for its decision first.
const makeServedStore = (desk, served, person) => {
  const decisions = new Map();
  const store = { decisions, isSaved: true, changed: () => {} };
  const settle = (place, result, decision) => {
    if (result.place !== undefined) takeState(desk, result);
    if (result.done) return "";
    if (decisions.get(place) === decision) decisions.delete(place);
    return desk.say("serve.page.not-recorded", { number: desk.data.cases.number[place], message: result.message });
  };
  const send = async (changes) => {
    const withdrawal = { verdict: "withdraw", kept: -1, apart: [], asked: [], due: null, reason: "", note: "", time: timeNow() };
    const said = changes.map(([place, decision]) => ({
      knows: desk.data.cases.knows[place],
      decision: fileDecision(desk, place, decision || withdrawal, person),
    }));
    let problem = "";
    try {
      const { status, told } = await call("/api/decide", { language: desk.language, decisions: said });
      const results = told.results || changes.map(() => ({ done: false, message: told.message || String(status) }));
      changes.forEach(([place, decision], at) => { problem = settle(place, results[at], decision) || problem; });
    } catch {
      changes.forEach(([place, decision]) => { problem = settle(place, { done: false, message: desk.say("serve.page.no-answer") }, decision); });
    }
    return problem;
  };
  store.put = (changes) => {
    for (const [place, decision] of changes) {
      if (decision) decisions.set(place, decision);
      else decisions.delete(place);
    }
    const places = changes.map(([place]) => place);
    const before = Promise.all(places.map((place) => served.waiting.get(place)));
    const done = before.then(() => send(changes)).then((problem) => {
      for (const place of places) {
        if (served.waiting.get(place) === done) served.waiting.delete(place);
      }
      served.tell(problem);
      store.changed();
    });
    for (const place of places) served.waiting.set(place, done);
    served.tell("");
    // Whoever decides goes on to the next case; what else follows a decision does not.
    const [[first, decision]] = changes;
    served.decided = decision ? first : -1;
    queueMicrotask(() => { served.decided = -1; });
  };
  return store;
};

// What is different from the page in one file: cases are opened, others work beside.
const serveView = (desk, view, served) => {
  const showNow = view.show;
  const filterNow = view.list.filter;
  let asked = 0;
  const stateOf = (place) => desk.state(place);
  const isForChair = (place) => stateOf(place) === "contested" && served.role !== "chair";

  // In the order of the queue: by deadline, then by doubt. Places are in that order.
  view.list.filter = (filters) => {
    filterNow(filters);
    const isQueue = filters.work === "todo";
    const places = view.list.places.filter((place) => !isQueue || !(served.held[place] || isForChair(place)));
    places.sort((one, other) => one - other);
    const title = { title: isQueue ? "serve.page.queue" : `desk.work.${filters.work}`, count: places.length };
    view.list.places = places;
    view.list.rows = places.length ? [title, ...places] : [];
    view.list.positions.fill(-1);
    places.forEach((place, position) => { view.list.positions[place] = position + 1; });
    byId("list-rows").style.height = `${view.list.rows.length * rowHeight}px`;
    view.asked = undefined;
    view.list.draw();
  };

  const showNothing = view.showNothing;
  view.showNothing = () => {
    // A case that is on its way comes no more.
    asked += 1;
    showNothing();
  };
  // Until a case has come no key decides the one before.
  const showTold = async (path, content, order, before) => {
    let answer;
    try {
      answer = await call(path, content);
    } catch {
      served.tell(desk.say("serve.page.no-answer"));
      if (order === asked) view.place = before;
      return;
    }
    if (order !== asked) return;
    if (answer.told.code) {
      view.announce(answer.told.message);
      if (answer.told.code === "nothing-left") view.showNothing();
      else view.place = before;
      return;
    }
    takeCase(desk, answer.told);
    showNow(answer.told.place);
    view.refresh();
  };
  let isFirst = true;
  view.show = (place) => {
    if (place === undefined || place < 0) return;
    asked += 1;
    const order = asked;
    const before = view.place;
    const isDecided = served.decided >= 0 && served.decided !== place;
    const isNext = view.isUnfiltered() && (isFirst || isDecided);
    isFirst = false;
    view.place = -1;
    const go = () => {
      if (isNext) showTold("/api/next", { after: before }, order, before);
      else showTold("/api/open", { case: desk.data.cases.id[place] }, order, before);
    };
    const waited = served.waiting.get(place);
    if (waited) waited.then(go);
    else go();
  };
};

const takeNews = (desk, view, served, told) => {
  if (told.run !== desk.data.run) {
    window.location.reload();
    return;
  }
  served.version = told.version;
  const isOther = JSON.stringify(served.held) !== JSON.stringify(told.held);
  served.held = told.held;
  for (const [place, state, knows] of told.changed) {
    // The case in view stays as it was seen: its decision says so, and is refused where it changed.
    if (place !== view.place) {
      desk.data.cases.state[place] = desk.codes.states.indexOf(state);
      desk.data.cases.knows[place] = knows;
    }
  }
  if (isOther || told.changed.length) {
    view.list.filter(view.filters);
    drawProgress(desk, view);
  }
};

const watchNews = (desk, view, served) => {
  setInterval(async () => {
    if (document.hidden || served.waiting.size) return;
    try {
      const { status, told } = await call(`/api/news?since=${served.version}`);
      if (status === 200) takeNews(desk, view, served, told);
    } catch {
      served.tell(desk.say("serve.page.no-answer"));
    }
  }, newsSeconds * 1000);
};

const workbookKind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

// The operator takes files out for colleagues without access.
const dressForOperator = (desk) => {
  const link = (kind) => make("a", { href: `/export/${kind}`, id: `export-${kind}`, "data-say": `serve.page.export-${kind}` }, desk.say(`serve.page.export-${kind}`));
  byId("person").after(link("page"), link("workbook"));
};

// Whoever decided in a file reads it in: nobody brings the decisions of others.
const readOwnFiles = (view) => {
  byId("open-file").accept = ".json,.xlsx";
  byId("open-file").addEventListener("change", async (event) => {
    event.stopImmediatePropagation();
    const [file] = event.target.files;
    if (!file) return;
    const type = file.name.toLowerCase().endsWith(".xlsx") ? workbookKind : "application/json";
    const answer = await fetch("/api/import", { method: "POST", headers: { "Content-Type": type }, body: file });
    view.announce((await answer.json()).message);
    event.target.value = "";
  }, { capture: true });
};

const dressServed = (desk, view, served) => {
  const isOperator = served.role === "operator";
  for (const id of ["export-decisions", "bulk", "person"]) byId(id).disabled = true;
  for (const id of ["export-decisions", "bulk"]) byId(id).hidden = true;
  byId("questions").hidden = isOperator;
  for (const count of document.querySelectorAll(".asked-above")) count.textContent = served.askedAbove ? desk.number(served.askedAbove) : "";
  byId("from-above").hidden = isOperator || !served.askedAbove;
  byId("open-file").disabled = isOperator;
  byId("open-file").closest("label").hidden = isOperator;
  if (isOperator) dressForOperator(desk);
  else readOwnFiles(view);
  const leave = make("form", { method: "post", action: "/logout" }, make("button", { type: "submit", id: "leave", "data-say": "serve.login.leave" }, desk.say("serve.login.leave")));
  byId("person").after(leave);
  byId("language").addEventListener("click", () => { fetch(`/language?lang=${desk.language}`); });
  const alarm = make("p", { id: "recording", class: "alarm", role: "alert", hidden: true });
  byId("unsaved").after(alarm);
  served.tell = (problem) => {
    const count = served.waiting.size;
    if (problem) served.problem = problem;
    else if (count === 1) served.problem = "";
    alarm.textContent = served.problem || (count ? desk.say("serve.page.recording", { count }) : "");
    alarm.hidden = !alarm.textContent;
  };
};

const startServed = async () => {
  const { told } = await call("/api/desk");
  const served = { held: told.held, role: told.role, askedAbove: told.asked_above, version: told.version, waiting: new Map(), decided: -1, problem: "", tell: () => {} };
  const data = { ...told.data, today: told.today };
  const language = document.documentElement.lang;
  const adapt = (desk, view) => {
    dressServed(desk, view, served);
    serveView(desk, view, served);
    watchNews(desk, view, served);
  };
  startDesk(data, told.words, language, told.name, (desk, person) => makeServedStore(desk, served, person), adapt);
};
startServed();
