/**
 * Objects about which we tell something wrong on at least one kernel, with what is wrong. What stands here is counted
 * and printed by the test; an object that is told right has to leave.
 */
export const KNOWN_WRONG: ReadonlyMap<string, string> = new Map([
  ['core_ambiguous', 'the subject is the program and not the access that is ambiguous'],
]);
