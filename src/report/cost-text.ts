import { type ProgramCost, shareOf } from './margins.ts';

/** `12,345`. */
export function thousands(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `1.2 %`, `0.0042 %` is `<0.1 %`; empty without a share. */
export function percent(share: number | undefined): string {
  if (share === undefined) return '';
  if (share > 0 && share < 0.001) return '<0.1 %';
  return `${(share * 100).toFixed(1)} %`;
}

/** `12,345 (1.2 %)`. */
export function insnsText(cost: ProgramCost): string {
  const share = percent(shareOf(cost));
  return share === '' ? thousands(cost.insns) : `${thousands(cost.insns)} (${share})`;
}

/** `0.9 ms`; empty for 0. */
export function milliseconds(us: number): string {
  return us === 0 ? '' : `${(us / 1000).toFixed(1)} ms`;
}
