(() => {
  const main = document.getElementById("main");
  const clock = document.getElementById("clock");
  const told = document.getElementById("told");
  const pause = document.getElementById("pause");
  const focusable = "a, summary, button, [tabindex]";
  let paused = false;
  let since = null;

  pause.hidden = false;
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.textContent = paused ? "Go on" : "Pause";
    pause.setAttribute("aria-pressed", String(paused));
    if (!paused) renew();
  });

  // A link is the same one in the same part of the page.
  function named(each) {
    const part = each.closest("[id], [aria-label], [aria-labelledby]");
    const place = part.id || part.getAttribute("aria-label") || part.getAttribute("aria-labelledby");
    return `${place} ${each.getAttribute("href")} ${each.textContent.trim()}`;
  }

  // What the reader opened stays open, what they stand on stays under them.
  function replace(fresh) {
    const open = [...main.querySelectorAll("details[id][open]")].map((each) => each.id);
    const stood = main.contains(document.activeElement) ? named(document.activeElement) : null;
    main.replaceChildren(...fresh.getElementById("main").childNodes);
    for (const id of open) {
      const again = document.getElementById(id);
      if (again) again.open = true;
    }
    if (stood) {
      const again = [...main.querySelectorAll(focusable)].find((each) => named(each) === stood);
      again?.focus({ preventScroll: true });
    }
    clock.replaceChildren(...fresh.getElementById("clock").childNodes);
    document.title = fresh.title;
  }

  async function renew() {
    const selected = !getSelection().isCollapsed && main.contains(getSelection().anchorNode);
    if (paused || document.hidden || selected) return;
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      if (answer.status === 401) return location.reload();
      // Without its style, whose nonce is not ours.
      const text = (await answer.text()).replace(/<style[^]*?<\/style>/, "");
      const fresh = new DOMParser().parseFromString(text, "text/html");
      if (fresh.getElementById("clock")) replace(fresh);
      since = null;
      told.textContent = "";
      document.body.classList.remove("stale");
    } catch {
      since ??= new Date().toLocaleTimeString();
      told.textContent = `No answer since ${since}. plumb sandbox up`;
      document.body.classList.add("stale");
    }
  }

  setInterval(renew, 5000);
  document.addEventListener("visibilitychange", renew);
  addEventListener("beforeprint", () => {
    for (const each of main.querySelectorAll("details")) each.open = true;
  });
})();
