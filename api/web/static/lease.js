// Keeps a claimed group while its page is on the screen: a sign of life every few minutes, and when the page comes back
// to sight. Without this script the lease ends when the page says so.
(() => {
  const form = document.getElementById("renew");
  if (!form) return;
  const lapsed = document.getElementById("lapsed");
  const kept = document.getElementById("kept");

  const renew = async () => {
    if (document.hidden || !lapsed.hidden) return;
    let answer;
    try {
      answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "application/json" }, redirect: "error" });
    } catch {
      return; // the next sign may arrive
    }
    if (answer.ok) {
      const said = await answer.json();
      for (const place of document.querySelectorAll("[data-lease]")) place.textContent = said[place.dataset.lease];
    } else if (answer.status < 500) { // another's, nobody's, or no session any more
      lapsed.hidden = false;
      if (kept) kept.hidden = true;
      clearInterval(clock);
    }
  };

  if (kept) kept.hidden = false; // the page of a reveal has no such line
  const clock = setInterval(renew, Number(form.dataset.seconds) * 1000);
  document.addEventListener("visibilitychange", renew);
})();
