import type { InsnBudget } from '../model/budget.ts';
import { parseInteger } from './words.ts';

/** What a budget must be; follows "must be". */
export const BUDGET_RULE = 'a number of instructions (500000) or a share of the limit of each kernel (80%)';

/** `500000` or `80%`; undefined for any other text. Shares are whole numbers from 1 to 100. */
export function parseBudget(text: string): InsnBudget | undefined {
  const share = text.endsWith('%');
  const value = parseInteger(share ? text.slice(0, -1) : text);
  if (value === undefined || value < 1 || value > (share ? 100 : 1_000_000_000)) return undefined;
  return share ? `${value}%` : value;
}
