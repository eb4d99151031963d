import { VALIDATION_MODES } from '../model/cell.ts';
import { EXPERIMENTAL_WORD } from '../model/experimental.ts';
import { Section } from './elements.tsx';
import { NewestRuns } from './newest-runs.tsx';
import { htmlPage, type PageAssets } from './shell.tsx';
import type { Site } from './site.ts';

/** A kernel that the form offers. */
interface StartKernel {
  readonly id: string;
  /** Said beside it; empty for nothing. */
  readonly note: string;
  /** It does not decide where no one says whether it does. */
  readonly optional: boolean;
}

/** Kernels that are chosen at once. */
export interface StartPreset {
  readonly name: string;
  readonly title: string;
  readonly ids: readonly string[];
}

interface StartProps {
  /** Where pages of results are, seen from this one: a directory. */
  readonly up: string;
  readonly assets: PageAssets;
  readonly kernels: readonly StartKernel[];
  readonly presets: readonly StartPreset[];
  /** Name of the preset whose kernels are chosen at first. */
  readonly preset: string;
  /** At most so many kernels may be chosen. */
  readonly most: number;
  /** What the reader may see; undefined: nothing. */
  readonly site: Site | undefined;
  /** Sending the form needs a credential. */
  readonly locked: boolean;
  /** Suites are taken as well. */
  readonly suites: boolean;
  /** Said above everything; empty for nothing. */
  readonly banner: string;
}

/** A form for an API key; the script keeps it for the session and sends it as a header. */
export function TokenForm({ why }: { why: string }) {
  return (
    <div class="token">
      <p>{why}</p>
      <form class="needs-script" hidden>
        <label>
          API key <input type="password" name="key" autocomplete="off" required />
        </label>{' '}
        <button type="submit">Use it</button>
      </form>
      <noscript>
        <p>Without scripts a page cannot send a key. The API takes it in the header X-API-Key.</p>
      </noscript>
    </div>
  );
}

type Choice = Pick<StartProps, 'kernels' | 'presets' | 'preset' | 'most'>;

/** Links, so that they work without a script; with one the page stays as it is. */
function Presets({ presets, preset }: Choice) {
  return (
    <p>
      Choose{' '}
      {presets.map(({ name, title, ids }) => (
        <>
          <a href={`./?preset=${name}`} data-set={name} aria-current={name === preset ? 'true' : undefined}>
            {title} ({ids.length})
          </a>{' '}
        </>
      ))}
      <a href="./?preset=none" data-set="none">
        none
      </a>
    </p>
  );
}

function KernelRow({ id, note, optional, sets, chosen }: StartKernel & { sets: string[]; chosen: boolean }) {
  return (
    <tr data-sets={sets.join(' ')}>
      <th scope="row">
        <label for={`kernel-${id}`}>{id}</label> {note !== '' && <small>{note}</small>}
      </th>
      <td>
        <input type="checkbox" id={`kernel-${id}`} name="profiles" value={id} checked={chosen} />
      </td>
      <td>
        <input
          type="checkbox"
          name="optional_profiles"
          value={id}
          checked={optional}
          aria-label={`${id} may fail: it does not decide`}
        />
      </td>
    </tr>
  );
}

function Kernels(choice: Choice) {
  const { kernels, presets, preset, most } = choice;
  if (kernels.length === 0) return null;
  const setsOf = (id: string): string[] => presets.flatMap(({ name, ids }) => (ids.includes(id) ? name : []));
  const rows = kernels.map((one) => ({ ...one, sets: setsOf(one.id) }));
  const chosen = rows.filter(({ sets }) => sets.includes(preset)).length;
  return (
    <fieldset class="choose">
      <legend>Kernels</legend>
      <Presets {...choice} />
      <p class="needs-script" hidden>
        <label>
          Show only <input type="search" class="filter" autocomplete="off" />
        </label>{' '}
        <output>{chosen} chosen</output>
      </p>
      <div class="scroll">
        <table>
          <caption>At most {most} kernels. The verdict does not depend on those that may fail.</caption>
          <thead>
            <tr>
              <th scope="col">Kernel</th>
              <th scope="col">Check</th>
              <th scope="col">May fail</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <KernelRow {...row} chosen={row.sets.includes(preset)} />
            ))}
          </tbody>
        </table>
      </div>
    </fieldset>
  );
}

function StartForm(choice: Choice) {
  return (
    <form class="start" method="post" action="./" encType="multipart/form-data">
      <p>
        <label>
          Compiled object (.bpf.o) <input type="file" name="artifact_file" accept=".o" required />
        </label>
      </p>
      <Kernels {...choice} />
      <p>
        <label>
          What is tested{' '}
          <select name="validation_mode">
            <option value="">as the manifest says, else load and attach</option>
            {VALIDATION_MODES.map((mode) => (
              <option value={mode}>{mode}</option>
            ))}
          </select>
        </label>
      </p>
      <details>
        <summary>Manifest</summary>
        <label>
          YAML
          <textarea name="manifest_text" rows={8} />
        </label>
      </details>
      <p>
        <button type="submit">Check</button>
      </p>
      <p class="said" role="status" />
    </form>
  );
}

function SuiteForm() {
  return (
    <details>
      <summary>A suite instead</summary>
      <form class="start" method="post" action="./" encType="multipart/form-data">
        <p>
          <label>
            Suite (YAML) <input type="file" name="suite_file" accept=".yaml,.yml" required />
          </label>
        </p>
        <p>
          <label>
            Objects and manifests that it names <input type="file" name="suite_files" multiple required />
          </label>
        </p>
        <p>
          <button type="submit">Check the suite</button>
        </p>
        <p class="said" role="status" />
      </form>
    </details>
  );
}

/** The first page of a server: a form that starts a check, and the newest results. */
export function startPage({ up, assets, site, locked, suites, banner, ...choice }: StartProps): string {
  return htmlPage({
    assets,
    up,
    title: 'bpfcompat: check an object',
    crumbs: [],
    downloads: [],
    children: (
      <>
        {banner !== '' && <p class="banner">{banner}</p>}
        <h1>Check an object on real kernels</h1>
        {locked && <TokenForm why="This server checks objects for callers with an API key." />}
        <StartForm {...choice} />
        {suites && <SuiteForm />}
        <Section title="Results">
          {site ? <NewestRuns site={site} up={up} /> : <p>Results are shown to callers with an API key.</p>}
        </Section>
        <p>
          <a href="runtime">Which build of an object fits a host</a> ({EXPERIMENTAL_WORD})
        </p>
      </>
    ),
  });
}
