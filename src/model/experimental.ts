/** How help texts and documents mark the runtime track. */
export const EXPERIMENTAL_WORD = 'experimental';

/** What every result of the runtime track says of itself; nothing else words it. */
export const EXPERIMENTAL = `${EXPERIMENTAL_WORD}: a decision and proof flow, not a loader for production`;
