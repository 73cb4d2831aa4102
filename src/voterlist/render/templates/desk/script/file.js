// The file in which the decisions go out, and come back on another computer.
const fileKind = "voterlist-decisions";
// A file without other entries is what earlier versions read.
const fileVersions = { plain: 1, withEntries: 2 };

const fileDecision = (desk, place, decision, person) => {
  const ids = desk.entryIds(place);
  return {
    case: desk.data.cases.id[place],
    entries: ids,
    seen: desk.data.cases.seen[place],
    verdict: decision.verdict,
    kept: decision.verdict === "same" ? ids[decision.kept] : null,
    apart: decision.verdict === "same" ? decision.apart.map((entry) => ids[entry]) : [],
    asked: decision.verdict === "ask" ? decision.asked.map((entry) => ids[entry]) : [],
    due: decision.verdict === "ask" ? decision.due : null,
    reason: decision.reason,
    note: decision.note,
    settles: desk.state(place) === "contested" && !desk.isOwn(place, person) && decision.verdict !== "ask",
    time: decision.time,
  };
};

const decisionFile = (desk, decisions, person, noted) => {
  const places = [...decisions.keys()].sort((one, other) => {
    const [first, second] = [decisions.get(one).time, decisions.get(other).time];
    if (first !== second) return first < second ? -1 : 1;
    return one - other;
  });
  const said = {
    kind: fileKind,
    version: noted.length ? fileVersions.withEntries : fileVersions.plain,
    run: desk.data.run,
    constituency: desk.data.constituency,
    cycle: desk.data.cycle,
    name: person,
    language: desk.language,
    saved: timeNow(),
    decisions: places.map((place) => fileDecision(desk, place, decisions.get(place), person)),
    ...(noted.length ? { entries: noted } : {}),
  };
  return JSON.stringify({ ...said, digest: sha256(canonical(said)) }, null, 1);
};

// A name as a file's name may hold it.
const fileNameOf = (desk, person) => {
  const name = person.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "") || "decisions";
  const whose = desk.data.constituency === null ? "all" : desk.data.constituency;
  return `decisions-${whose}-${name}.json`;
};

// (place, decision) of each decision of a file that this page can take; a word says why not.
const readFile = (desk, text) => {
  let values;
  try {
    values = JSON.parse(text);
  } catch {
    return { problem: "cut-off" };
  }
  if (!values || values.kind !== fileKind) return { problem: "unknown" };
  const { digest, ...said } = values;
  if (sha256(canonical(said)) !== digest) return { problem: "edited" };
  if (values.run !== desk.data.run || values.constituency !== desk.data.constituency) return { problem: "other-page" };
  const found = [];
  for (const one of values.decisions) {
    const place = desk.placeOf.get(one.case);
    if (place !== undefined && desk.data.cases.seen[place] === one.seen) {
      const ids = desk.entryIds(place);
      const at = (names) => names.map((name) => ids.indexOf(name)).filter((entry) => entry >= 0);
      found.push([place, { verdict: one.verdict, kept: ids.indexOf(one.kept), apart: at(one.apart), asked: at(one.asked), due: one.due, reason: one.reason, note: one.note, time: one.time }]);
    }
  }
  return { found, left: values.decisions.length - found.length, entries: values.entries || [] };
};
