/** A word of the house, or a spelling, that users do not read. */
export interface Rule {
  readonly pattern: RegExp;
  /** What the field says. */
  readonly write: string;
  /** Something that the rule finds. */
  readonly example: string;
}

export const RULES: readonly Rule[] = [
  { pattern: /\b(?:re)?told\b/i, write: 'reported', example: 'is told' },
  { pattern: /\btell(?:s|ing)?\b/i, write: 'says, shows, distinguishes', example: 'it tells' },
  { pattern: /\bask(?:s|ed|ing)?\b/i, write: 'tested, requested, prompts for', example: 'not asked' },
  { pattern: /\b(?:un)?answer(?:s|ed|ing)?\b/i, write: 'result, response', example: 'no answer' },
  { pattern: /\brefus(?:e[sd]?|ing|als?)\b/i, write: 'rejects; is an error', example: 'refuses' },
  { pattern: /\bluggage\b|\bshipments?\b/i, write: 'payload, guest files', example: 'luggage' },
  { pattern: /\bvoices?\b/i, write: 'reporter', example: 'the voice' },
  { pattern: /\bsurroundings?\b/i, write: 'environment', example: 'surroundings' },
  { pattern: /\bgrounds?\b/i, write: 'context', example: 'the ground' },
  { pattern: /\belsewhere\b/i, write: 'in another place, on another shard', example: 'elsewhere' },
  { pattern: /\bstrangers?\b/i, write: 'somebody else, untrusted', example: "a stranger's" },
  { pattern: /\bnobody\b/i, write: 'no one by name: say what is missing', example: 'nobody knows' },
  { pattern: /\blies with\b/i, write: 'caused by', example: 'lies with this kernel' },
  { pattern: /\bmend(?:s|ed|ing)?\b/i, write: 'fix', example: 'how to mend it' },
  {
    pattern: /\b(?:comes?|came|coming|brings?|brought) along\b/i,
    write: 'built-in, included, copied',
    example: 'comes along',
  },
  { pattern: /\bdecides? nothing\b/i, write: 'non-blocking', example: 'it decides nothing' },
  { pattern: /\bnear names\b/i, write: 'similar names', example: 'near names' },
  { pattern: /\banew\b/i, write: 'again', example: 'built anew' },
  {
    pattern: /(?<!-)\b(?:kernel|device|hook)s? takes\b(?! (?:a few|part|that over))/i,
    write: 'accepts',
    example: 'no kernel takes',
  },
  { pattern: /\bsays no\b/i, write: 'rejects', example: 'a kernel says no' },
  {
    pattern: /(?:behavi|col|fav|hon|lab|neighb|hum|rum|flav|harb|arm)our/i,
    write: 'or: behavior, color, neighbor',
    example: 'behaviour',
  },
  { pattern: /licence/i, write: 'license', example: 'licence' },
  { pattern: /catalogue/i, write: 'catalog', example: 'catalogue' },
  {
    pattern:
      /(?:initial|recogn|organ|normal|serial|real|special|summar|minim|maxim|optim|util|author|emphas|prior|synchron|categor|general|final|custom|critic|apolog|stabil|virtual|random)is(?:e[sdr]?|ing|ations?)\b/i,
    write: 'ize, ization',
    example: 'recognised',
  },
  { pattern: /analys(?:e[sd]?|ing)\b/i, write: 'analyze', example: 'analysed' },
  { pattern: /\b(?:un)?(?:label|travel|model|signal|marshal)l(?:ed|ing)\b/i, write: 'one l', example: 'labelled' },
  {
    pattern: /\b(?:centre|defence|offence|grey|artefacts?|judgement|programmes?|whilst|cheque|metres?|fibre)\b/i,
    write: 'American spelling',
    example: 'grey',
  },
];

/** Exact phrases that may stand although a rule finds a word in them. */
export const ALLOWED: readonly string[] = [
  // Values of report formats that programs read.
  '`refused`',
  '`ask_ms`',
  '`not_asked`',
  'support.not_asked',
  '`nobody`',
  'vouched_by: nobody',
  // What an entry of the changelog says it replaces.
  'they said "no answer"',
  '"Time: ask"',
  '`ask` of the progress lines',
  '`cell-asking`',
  '`asks` of `run-start`',
  '`timings.askMs`',
  '`elsewhere` of a skipped one',
  '`answer` of a case',
  '`Surroundings`',
  'luggage_too_large',
  // Of a scheduler.
  'that the kernel takes out of service',
];
