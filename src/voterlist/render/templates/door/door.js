// Answers are kept in the browser of this telephone until they are saved as a file and forgotten.
const head = JSON.parse(document.getElementById("head").textContent);
const storeName = `voterlist-door/${head.run}/${head.constituency}/${head.precinct}/${head.list_kind}`;
const byId = (id) => document.getElementById(id);
const questions = [...document.querySelectorAll("fieldset[data-code]")];
const nameField = byId("name");
let answers = {};
let isKept = true;

const say = (key, places = {}) =>
  Object.entries(places).reduce((text, [name, value]) => text.replace(`{${name}}`, value), head.words[key]);

const tell = (key, places) => { byId("told").textContent = key ? say(key, places) : ""; };

const keep = () => {
  try {
    window.localStorage.setItem(storeName, JSON.stringify({ name: nameField.value, answers }));
    isKept = true;
  } catch {
    isKept = false;
  }
  if (!isKept) tell("unkept");
};

const part = (question, name) => question.querySelector(`[data-part="${name}"]`);

const show = (question) => {
  const answer = answers[question.dataset.code];
  question.classList.toggle("answered", Boolean(answer) && answer.answer !== "absent");
  for (const choice of question.querySelectorAll("input[type=radio]")) {
    choice.checked = Boolean(answer) && choice.value === answer.answer;
  }
  question.querySelector(".more").hidden = !answer;
  for (const label of question.querySelectorAll(".of-correct")) {
    label.hidden = !answer || answer.answer !== "correct";
  }
};

const count = () => {
  const done = questions.filter((question) => question.classList.contains("answered")).length;
  byId("count").textContent = say("count", { done, all: questions.length });
};

const note = (question) => {
  const choice = question.querySelector("input[type=radio]:checked");
  const { code } = question.dataset;
  if (choice) {
    const isCorrection = choice.value === "correct";
    answers[code] = {
      code,
      answer: choice.value,
      field: isCorrection ? part(question, "field").value : null,
      value: isCorrection ? part(question, "value").value.trim() : "",
      note: part(question, "note").value.trim(),
      time: timeNow(),
    };
  }
  show(question);
  count();
  tell("");
  keep();
};

const load = () => {
  let kept = {};
  try {
    kept = JSON.parse(window.localStorage.getItem(storeName) || "{}");
  } catch {
    kept = {};
  }
  nameField.value = kept.name || "";
  const known = new Set(questions.map((question) => question.dataset.code));
  answers = Object.fromEntries(Object.entries(kept.answers || {}).filter(([code]) => known.has(code)));
  for (const question of questions) {
    const answer = answers[question.dataset.code];
    if (answer) {
      if (answer.field) part(question, "field").value = answer.field;
      part(question, "value").value = answer.value;
      part(question, "note").value = answer.note;
    }
    show(question);
  }
  count();
};

const save = () => {
  const lacking = questions.find((question) => {
    const answer = answers[question.dataset.code];
    return answer && answer.answer === "correct" && !answer.value;
  });
  if (!nameField.value.trim()) {
    tell("nobody");
    nameField.focus();
    return;
  }
  if (lacking) {
    tell("lacking");
    part(lacking, "value").focus();
    return;
  }
  const { words, ...place } = head;
  const given = questions.map((question) => answers[question.dataset.code]).filter(Boolean);
  const said = { ...place, name: nameField.value.trim(), saved: timeNow(), answers: given };
  const text = JSON.stringify({ ...said, digest: sha256(canonical(said)) }, null, 1);
  saveFile(head.file, text);
  tell("saved", { count: given.length });
};

for (const question of questions) {
  question.addEventListener("input", () => note(question));
  question.querySelector(".clear").addEventListener("click", () => {
    delete answers[question.dataset.code];
    part(question, "value").value = "";
    part(question, "note").value = "";
    show(question);
    count();
    keep();
  });
}
nameField.addEventListener("input", keep);
byId("unanswered").addEventListener("change", (event) => {
  // What is answered from now on stays in view: a note may follow.
  for (const question of questions) question.hidden = event.target.checked && question.classList.contains("answered");
});
byId("save").addEventListener("click", save);
byId("forget").addEventListener("click", () => {
  if (!window.confirm(say("sure"))) return;
  try {
    window.localStorage.removeItem(storeName);
  } catch {
    isKept = false;
  }
  answers = {};
  for (const question of questions) {
    part(question, "value").value = "";
    part(question, "note").value = "";
    show(question);
  }
  count();
  tell("forgotten");
});
load();
document.documentElement.dataset.ready = "yes";
