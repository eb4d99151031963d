import { CancelledError } from '../../model/errors.ts';
import type { Evidence } from '../../model/evidence.ts';
import { type Guest, GuestError, type GuestSource, type OpenOptions } from '../guest.ts';
import { bootedOneByOne, machineGaveUp } from '../without-copies.ts';
import { ensureTemplate, type Wishes } from './make-template.ts';
import { restore } from './restore.ts';
import type { TemplateSpec } from './spec.ts';
import { type Template, untouched, wantNames } from './template-store.ts';

/**
 * Guests that are copies of one saved guest: the kernel boots once per machine and kernel, every cell then starts where
 * that boot ended, with memory that nothing else ever touched. The first cell has the guest that was saved, where no one
 * made it before. Where guests cannot be saved, every one is booted.
 */
export function templateSource(spec: TemplateSpec): GuestSource {
  const guests = new TemplateGuests(spec);
  return {
    facts: { ...spec.facts, isolation: 'cell' },
    async warm(options) {
      await guests.current(options, { named: true });
    },
    open: (options) => guests.open(options),
    [Symbol.asyncDispose]: async () => {},
  };
}

class TemplateGuests {
  readonly #spec: TemplateSpec;
  /** Made when the first guest needs it; undefined in it: guests are booted one by one. */
  #template: Promise<Template | undefined> | undefined;

  constructor(spec: TemplateSpec) {
    this.#spec = spec;
  }

  /** The template as it was saved; undefined where there is none and guests are booted. */
  async current(options: OpenOptions, wishes: Wishes): Promise<Template | undefined> {
    this.#template ??= ensureTemplate(this.#spec, options, wishes).catch((error: unknown) => {
      if (options.signal.aborted) throw new CancelledError('cancelled', { cause: error });
      // A kernel that does not even boot says so to each cell; that it cannot be saved is for the user to know.
      if (!(error instanceof GuestError) || machineGaveUp(error)) this.#bootFromNowOn(error);
      return undefined;
    });
    const found = await this.#template;
    if (found === undefined || (await untouched(this.#spec.host, found))) return found;
    // Somebody wrote into the memory: whatever it was, it is no longer what we saved. Who has taken its guest has one.
    this.#template = undefined;
    return this.current(options, { named: wishes.named });
  }

  async open(options: OpenOptions): Promise<Guest> {
    if (options.fresh) return this.#spec.boot(options);
    let own: Guest | undefined;
    const take = (guest: Guest): void => {
      own = guest;
    };
    const found = await this.current(options, { named: false, take });
    if (found === undefined) return own ?? this.#spec.boot(options);
    const opened = own ?? (await this.#restored(found, options));
    return { ...opened, run: async (request, requested) => this.#noting(found, await opened.run(request, requested)) };
  }

  async #restored(found: Template, options: OpenOptions): Promise<Guest> {
    try {
      return await restore(this.#spec, found, options);
    } catch (error) {
      if (!machineGaveUp(error) || options.signal.aborted) throw error;
      // Another process may have needed the space just now; then it is made again.
      if (await untouched(this.#spec.host, found)) this.#bootFromNowOn(error);
      return this.open(options);
    }
  }

  /** A cell that looked for names will do so again, and its next copy should find them read. */
  async #noting(found: Template, evidence: Evidence): Promise<Evidence> {
    if (evidence.stages.some(({ stage }) => stage === 'symbol')) await wantNames(this.#spec.host, found);
    return evidence;
  }

  #bootFromNowOn(error: unknown): void {
    const { release, onNote } = this.#spec;
    this.#template = Promise.resolve(undefined);
    onNote(bootedOneByOne(release, error));
  }
}
