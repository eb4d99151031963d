/** The value below which `share` (0 to 1) of the values lie: nearest rank, no interpolation. NaN for no values. */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

export const median = (values) => percentile(values, 0.5);
export const sum = (values) => values.reduce((total, value) => total + value, 0);

export const ms = (value) => `${value.toFixed(0)} ms`;
export const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(2)} s`;
export const ratio = (value) => value.toFixed(2);
export const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;

/** `measured` against an aim, as a word for a table. */
export const verdict = (holds) => (holds ? 'yes' : '**no**');
