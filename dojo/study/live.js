"use strict";
/* What is live on a page: its katas, their hints, the answers of a quiz, reviews. */
(function () {
  const aside = document.querySelector("[data-katas]");
  const root = document.querySelector('link[href$="live.css"]').getAttribute("href").replace("live.css", "");
  const news = document.querySelector(".news");

  async function ask(name, body) {
    const answer = await fetch(root + name, {
      method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error((await answer.text()).trim());
    return answer.json();
  }

  /* ---- katas: each is replaced only if it has changed, so that nothing jumps */

  async function refresh() {
    const answer = await fetch(root + "katas/" + aside.dataset.katas);
    if (!answer.ok) return;
    const made = document.createElement("template");
    made.innerHTML = await answer.text();
    const here = document.getElementById("katas"), focused = document.activeElement;
    for (const fresh of made.content.querySelectorAll("li[data-stamp]")) {
      const old = document.getElementById(fresh.id);
      if (!old || old.dataset.stamp === fresh.dataset.stamp) continue;
      const details = fresh.querySelector("details"), before = old.querySelector("details");
      details.open = details.open || (before.open && old.className === fresh.className);
      tell(old, fresh);
      const inside = old.contains(focused), hint = focused && focused.dataset.hint;
      old.replaceWith(fresh);
      if (inside) (hint && fresh.querySelector("[data-hint]") || fresh.querySelector("summary")).focus();
    }
    for (const name of ["h2", "progress"]) {
      const part = made.content.querySelector(name);
      if (part) here.querySelector(name).replaceWith(part);
    }
    document.documentElement.dataset.version = refresh.version;
  }

  function tell(old, fresh) {
    if (old.className === fresh.className) return;
    const name = fresh.querySelector("summary code").textContent;
    const how = fresh.querySelector(".state").textContent;
    news.textContent = name + " is " + how + (how === "green" ? ". Well done!" : "");
  }

  /* a hidden page lets go of its connection, and asks anew when it is seen again */
  let stream = null;
  function listen() {
    if (document.hidden) {
      if (stream) stream.close();
      stream = null;
    } else if (!stream) {
      stream = new EventSource(root + "events");
      stream.onmessage = event => { refresh.version = event.data; away(false); if (aside) refresh(); else look(); };
      stream.onerror = () => { away(true); if (stream.readyState === 2) stream = null; };
      if (aside) ask("look", {page: aside.dataset.katas}).catch(() => {});
    }
  }
  function away(is) {
    document.body.classList.toggle("away", is);
    if (!news) return;
    if (is) news.textContent = "The course is closed: make study opens it again.";
    else if (news.textContent.startsWith("The course is closed")) news.textContent = "";
  }

  /* ---- pictures of experiments, and a graph that was typed */

  const shown = document.querySelector("[data-pictures]");
  async function look() {
    const answer = await fetch(root + "pictures");
    if (answer.ok) shown.innerHTML = await answer.text();
  }

  const graph = document.querySelector("[data-graph]");
  function draw() {
    const place = graph.parentElement.querySelector(".verdict"), frame = document.querySelector("iframe");
    const asked = {text: graph.querySelector("textarea").value, mine: graph.querySelector("[name=mine]").checked};
    place.textContent = "";
    ask("graph", asked).then(answer => {
      frame.hidden = !answer.graph;
      if (answer.graph) frame.src = root + answer.graph;
      else place.textContent = answer.problem;
    }).catch(error => { place.textContent = error.message; });
  }

  if (aside || shown) {
    document.addEventListener("visibilitychange", listen);
    if (aside) window.addEventListener("focus", () => ask("look", {page: aside.dataset.katas}).catch(() => {}));
    window.addEventListener("pagehide", () => { if (stream) stream.close(); stream = null; });
    window.addEventListener("pageshow", listen);
  }
  if (aside) {
    aside.addEventListener("click", event => {
      const hint = event.target.closest("[data-hint]");
      if (hint) ask("hint", {kata: hint.dataset.hint}).then(refresh);
    });
    aside.addEventListener("toggle", async event => {
      const kata = event.target.dataset && event.target.dataset.compare;
      if (!kata || !event.target.open) return;
      const answer = await fetch(root + "compare?kata=" + encodeURIComponent(kata));
      event.target.querySelector("div").innerHTML = answer.ok ? await answer.text() : "";
    }, true);
  }

  /* ---- quiz */

  function verdict(form, answer) {
    const place = form.parentElement.querySelector(".verdict");
    const word = answer.verdict ? '<p class="word"></p>' : "";
    place.innerHTML = word + answer.said;
    if (answer.verdict) {
      place.querySelector(".word").textContent = answer.verdict === "right" ? "Right." : "Not quite.";
      place.dataset.verdict = answer.verdict;
    } else delete place.dataset.verdict;
    if (answer.more) place.append(button("Show the answer", () =>
      ask("show", {quiz: form.dataset.quiz, question: Number(form.dataset.question)})
        .then(shown => verdict(form, {verdict: "", said: shown.said}))));
    if (answer.open) {
      const row = document.createElement("p");
      row.append("Did yours say the same? ", button("Yes", () => send(form, "right")), " ",
        button("No", () => send(form, "wrong")));
      place.append(row);
    }
  }
  function button(label, does) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = label;
    made.onclick = does;
    return made;
  }
  function send(form, judged) {
    const given = new FormData(form).get("given") || "";
    const body = {quiz: form.dataset.quiz, question: Number(form.dataset.question), given};
    return ask("answer", judged ? {...body, judged} : body).then(answer => verdict(form, answer))
      .catch(error => { form.parentElement.querySelector(".verdict").textContent = error.message; });
  }
  document.addEventListener("submit", event => {
    event.preventDefault();
    if (event.target.dataset.quiz) send(event.target);
    else if (event.target === graph) draw();
  });

  /* ---- reviews */

  document.addEventListener("click", event => {
    const review = event.target.closest("[data-review]");
    if (!review) return;
    const place = review.parentElement.querySelector(".verdict");
    place.textContent = "…";
    ask("review", {kata: review.dataset.review})
      .then(answer => { place.innerHTML = answer.said; review.textContent = "Check"; })
      .catch(error => { place.textContent = error.message; });
  });
})();
