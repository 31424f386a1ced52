'use strict';
const { Spec } = require('mocha').reporters;

/** Mocha's spec reporter, closed by the one line that `.ci/run` repeats as its last. */
module.exports = class SummaryReporter extends Spec {
  epilogue() {
    super.epilogue();
    const { passes, failures } = this.stats;
    process.stdout.write(`\n${passes} passed, ${failures} failed\n`);
  }
};
