// The register: a tap shows at once and is sent behind it. Without this script every button is a plain form.
import "./register/answers.js";
import "./register/keys.js";
import { everyoneElse, tap } from "./register/panels.js";
import { register } from "./register/rows.js";

register.addEventListener("submit", (event) => {
  const row = event.target.closest("[data-slot]");
  if (event.target.matches("[data-rest]")) {
    event.preventDefault();
    everyoneElse();
  } else if (row && event.target.matches("[data-marks]") && event.submitter) {
    event.preventDefault();
    tap(row, event.submitter.value);
  }
});
