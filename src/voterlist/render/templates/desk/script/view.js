// What a person does: decides, takes back, goes on. Everything that is done can be undone.
const daysToAnswer = 7;

const makeView = (desk, store) => {
  const view = { place: -1, person: "", undone: [], draft: null, filters: { words: "", work: "todo", kind: "", precinct: "", probability: "", deadline: "" } };
  view.decisions = () => store.decisions;
  const freshDraft = () => ({ apart: [], reason: "", note: "" });

  view.stateWord = (place) => {
    const mine = store.decisions.get(place);
    if (mine) return desk.say(`desk.mine.${mine.verdict}`);
    return desk.say(`desk.state.${desk.state(place)}`);
  };
  view.announce = (text) => { byId("told").textContent = text; };

  view.refresh = () => {
    view.list.filter(view.filters);
    drawProgress(desk, view);
    if (view.place >= 0) drawCase(desk, view);
    drawBar(desk, view);
  };
  view.show = (place) => {
    if (place === undefined || place < 0) return;
    view.place = place;
    const mine = store.decisions.get(place);
    view.draft = mine ? { apart: [...mine.apart], reason: mine.reason, note: mine.note } : freshDraft();
    byId("nothing").hidden = true;
    byId("case").hidden = false;
    drawCase(desk, view);
    drawBar(desk, view);
    view.list.reveal(place);
    view.list.draw();
    byId("case").scrollTop = 0;
  };
  // No case is in view: none was chosen, or none is left. Keys that act on one then do nothing.
  view.isUnfiltered = () => Object.entries(view.filters).every(([name, value]) => value === (name === "work" ? "todo" : ""));
  view.showNothing = () => {
    view.place = -1;
    byId("case").hidden = true;
    byId("nothing").hidden = false;
    const why = view.isUnfiltered() ? "desk.nothing" : "desk.none-fits";
    byId("nothing-why").dataset.say = why;
    byId("nothing-why").textContent = desk.say(why);
    byId("undo-last").hidden = !view.undone.length;
    view.list.draw();
  };
  view.step = (by) => view.show(view.list.beside(view.place, by));

  // Changes go through here: (place, decision or null) together, undone together.
  const change = (changes, told) => {
    view.undone.push(changes.map(([place]) => [place, store.decisions.get(place) || null]));
    store.put(changes);
    view.announce(told);
    byId("undo").disabled = false;
    drawSaved(desk, store);
  };
  const decisionOf = (place, verdict, more = {}) => {
    const draft = place === view.place ? view.draft : freshDraft();
    return {
      verdict,
      kept: -1,
      apart: [],
      asked: [],
      due: null,
      reason: draft.reason || desk.usualReason(place, verdict),
      note: draft.note.trim(),
      time: timeNow(),
      ...more,
    };
  };
  const proposed = (place) => {
    const proposal = desk.proposal(place);
    if (proposal === "separate") return decisionOf(place, "separate");
    if (proposal === "same") return decisionOf(place, "same", { kept: desk.keptRow(place) });
    return null;
  };

  const decide = (decision) => {
    if (decision.reason === "written-beside" && !decision.note) {
      byId("note").focus();
      view.announce(desk.say("desk.write-reason"));
      return;
    }
    const isSurprise = decision.verdict === "separate" && desk.isSure(view.place) && !desk.answers(view.place).length;
    if (isSurprise && !view.draft.reason && !decision.note) {
      view.announce(desk.say("desk.sure", { probability: desk.probability(view.place) }));
      return;
    }
    const place = view.place;
    const next = view.list.beside(place, 1);
    const number = desk.data.cases.number[place];
    change([[place, decision]], desk.say("desk.told", { number, what: desk.say(`desk.mine.${decision.verdict}`) }));
    view.list.decided(place, view.filters);
    drawProgress(desk, view);
    if (next !== undefined && view.list.has(next)) view.show(next);
    else if (view.list.places.length) view.show(view.list.places[0]);
    else view.showNothing();
  };
  // What needs a name, a case in view.
  const ready = (act) => (...given) => {
    if (view.place < 0) return;
    if (!view.person) askName(desk, view, () => act(...given));
    else act(...given);
  };

  view.asProposed = ready(() => {
    const decision = proposed(view.place);
    if (decision && view.draft.apart.length) return view.announce(desk.say("desk.choose-kept"));
    return decision ? decide(decision) : view.announce(desk.say("desk.nothing-proposed"));
  });
  view.separate = ready(() => decide(decisionOf(view.place, "separate")));
  view.ask = ready(() => {
    const entries = desk.rows(view.place).map((row, entry) => entry);
    decide(decisionOf(view.place, "ask", { asked: entries, due: view.dueDay() }));
  });
  view.keep = ready((entry) => {
    if (entry >= desk.rows(view.place).length) return;
    const apart = view.draft.apart.filter((one) => one !== entry);
    if (apart.length === desk.rows(view.place).length - 1) decide(decisionOf(view.place, "separate"));
    else decide(decisionOf(view.place, "same", { kept: entry, apart }));
  });
  view.withdraw = ready(() => {
    if (desk.isOwn(view.place, view.person)) decide(decisionOf(view.place, "withdraw", { reason: "" }));
    else view.announce(desk.say("desk.nothing-own"));
  });
  view.dueDay = () => byId("due").value || new Date(Date.parse(desk.data.today) + daysToAnswer * 86400000).toISOString().slice(0, 10);

  view.toggleApart = (entry) => {
    if (view.place < 0 || entry >= desk.rows(view.place).length || desk.rows(view.place).length < 3) return;
    const { apart } = view.draft;
    view.draft.apart = apart.includes(entry) ? apart.filter((one) => one !== entry) : [...apart, entry];
    drawCase(desk, view);
  };
  // Reason and note belong to the case in view; of one that is decided they change the decision.
  const amend = (more) => {
    const mine = store.decisions.get(view.place);
    if (mine) change([[view.place, { ...mine, ...more, time: timeNow() }]], desk.say("desk.changed"));
    drawBar(desk, view);
  };
  view.chooseReason = (reason) => {
    view.draft.reason = reason;
    amend({ reason });
    view.announce(desk.say(`desk.reason.${reason}`));
  };
  view.writeNote = (note) => {
    view.draft.note = note;
    amend({ note: note.trim() });
  };

  view.undo = () => {
    const last = view.undone.pop();
    if (!last) return view.announce(desk.say("desk.nothing-to-undo"));
    store.put(last);
    byId("undo").disabled = !view.undone.length;
    view.refresh();
    view.show(last[0][0]);
    return view.announce(desk.say("desk.undone", { count: last.length }));
  };
  // The cases of the list that have a proposal and no answer yet.
  view.isForBulk = (place) => !store.decisions.has(place) && desk.state(place) === "open" && desk.proposal(place) === "same";
  view.bulkPlaces = () => view.list.places.filter(view.isForBulk);
  view.bulk = (places) => {
    change(places.map((place) => [place, { ...proposed(place), isOneOfMany: true }]), desk.say("desk.bulk.told", { count: desk.number(places.length) }));
    view.refresh();
    if (view.list.places.length) view.show(view.list.places[0]);
    else view.showNothing();
  };
  view.take = (found) => {
    const fresh = found.filter(([place]) => !store.decisions.has(place));
    if (fresh.length) change(fresh, desk.say("desk.taken", { count: fresh.length }));
    view.refresh();
    return fresh.length;
  };
  view.list = makeList(desk, view);
  return view;
};
