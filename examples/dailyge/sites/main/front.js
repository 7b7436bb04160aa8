// Someone whose browser speaks Korean and who has not asked for English reads Korean.
if (location.pathname === "/" && location.search !== "?en" && /^ko\b/i.test(navigator.language)) location.replace("/ko/");

/** Where the application is, each environment says by itself. */
const environment = await fetch("/environment.json", { cache: "no-cache" }).then((response) => response.json());
for (const link of document.querySelectorAll("[data-to]")) {
  link.href = environment[link.dataset.to];
  link.hidden = false;
}
