"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // The theme: as the system has it, or chosen; remembered where the browser lets a file remember.
  const themes = ["auto", "light", "dark"];
  const theme = document.getElementById("theme");
  const recall = () => { try { return localStorage.getItem("debpatch-theme"); } catch { return null; } };
  const remember = (name) => { try { localStorage.setItem("debpatch-theme", name); } catch { /* not for files */ } };
  const choose = (name) => {
    document.documentElement.className = name === "auto" ? "" : name;
    theme.querySelector("span").textContent = name;
  };
  choose(themes.includes(recall()) ? recall() : "auto");
  theme.hidden = false;
  theme.addEventListener("click", () => {
    const name = themes[(themes.indexOf(theme.querySelector("span").textContent) + 1) % themes.length];
    choose(name);
    remember(name);
  });

  // The filter of a comparison: hunks of the groups that are pressed; all of them where none is.
  const filter = (comparison) => {
    const hunks = all(".hunk", comparison);
    const pressed = all('[data-filter][aria-pressed="true"]', comparison).map((button) => button.dataset.filter);
    for (const hunk of hunks) hunk.hidden = pressed.length > 0 && !pressed.includes(hunk.dataset.group);
    const number = hunks.filter((hunk) => !hunk.hidden).length;
    comparison.querySelector(".shown").textContent = pressed.length ? `${number} of ${hunks.length} hunks` : "";
  };
  for (const comparison of all(".comparison")) {
    for (const button of all("[data-filter]", comparison)) {
      button.disabled = false;
      button.addEventListener("click", () => {
        button.ariaPressed = String(button.ariaPressed !== "true");
        filter(comparison);
      });
    }
    for (const button of all("[data-all]", comparison)) {
      button.hidden = false;
      button.addEventListener("click", () => {
        for (const hunk of all(".hunk:not([hidden])", comparison)) hunk.open = button.dataset.all === "open";
      });
    }
  }

  // A link to something that is folded or filtered away shows it.
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.closest(".hunk[hidden]")) {
      const comparison = target.closest(".comparison");
      for (const button of all("[data-filter]", comparison)) button.ariaPressed = "false";
      filter(comparison);
    }
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  if (location.hash) reveal();

  if (navigator.clipboard) {
    for (const button of all("[data-copy]")) {
      button.hidden = false;
      button.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(button.parentElement.querySelector("pre").textContent);
          button.textContent = "Copied";
        } catch { button.textContent = "Not allowed"; }
        setTimeout(() => { button.textContent = "Copy"; }, 1500);
      });
    }
  }

  // A picture of the branches that is wider than the page shows the fix, and keeps their names.
  for (const lanes of all("svg.lanes")) {
    const frame = lanes.parentElement;
    frame.addEventListener("scroll", () => {
      const scale = lanes.viewBox.baseVal.width / lanes.clientWidth;
      lanes.style.setProperty("--scrolled", `${frame.scrollLeft * scale}px`);
    }, { passive: true });
    const middle = (shape) => (({ left, right }) => (left + right) / 2)(shape.getBoundingClientRect());
    const fix = lanes.querySelector(".k-fix > :is(circle, path)");
    if (fix && frame.scrollWidth > frame.clientWidth) {
      const names = lanes.querySelector(".names rect").getBoundingClientRect();
      frame.scrollLeft = middle(fix) - (names.right + frame.getBoundingClientRect().right) / 2;
    }
  }

  // Which section is read now.
  const links = new Map(all("nav a").map((link) => [link.hash.slice(1), link]));
  const visible = new Set();
  const watch = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) visible[isIntersecting ? "add" : "delete"](target.id);
    const now = [...links.keys()].find((id) => visible.has(id));
    for (const [id, link] of links) link.toggleAttribute("aria-current", id === now);
    if (now) links.get(now).setAttribute("aria-current", "true");
  }, { rootMargin: "-10% 0px -70% 0px" });
  all("main > section").forEach((section) => watch.observe(section));
})();
