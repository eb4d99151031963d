const HISTORY = "the signed results of runs are checked by 'bpfcompat history verify'";

/** First words of commands that earlier versions had and this one has not, with what takes their place. */
const EARLIER: Readonly<Record<string, string>> = {
  admin: HISTORY,
};

/** What takes the place of a command of earlier versions; undefined for any other word. */
export function insteadOf(word: string): string | undefined {
  return Object.hasOwn(EARLIER, word) ? EARLIER[word] : undefined;
}
