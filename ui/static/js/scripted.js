// Style sheets draw a page for a browser with or without script (html.has-script). They must know it
// before the first rule applies, so this script is not deferred.
document.documentElement.classList.add("has-script");
