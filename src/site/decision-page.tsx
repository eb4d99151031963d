import { oneLine } from '../report/escape.ts';
import { Facts, ListTable, Section } from './elements.tsx';
import { trackPage } from './runtime-page.tsx';
import type { PageAssets } from './shell.tsx';

/** One signed result that was looked at. Texts are those of its signer. */
interface ShownCandidate {
  readonly sha256: string;
  readonly version: string;
  readonly variant: string;
  /** Place among those that may be used, from 1; 0: it may not. */
  readonly place: number;
  readonly rejections: readonly { readonly code: string; readonly detail: string }[];
}

export interface ShownDecision {
  readonly name: string;
  readonly decisionId: string;
  /** Rows about the one that was selected; undefined: none was. */
  readonly selected: readonly (readonly [name: string, text: string])[] | undefined;
  /** What was fetched; undefined: nothing. */
  readonly fetched: { readonly name: string; readonly sha256: string } | undefined;
  readonly candidates: readonly ShownCandidate[];
  /** How many there are besides. */
  readonly more: number;
}

function Candidate({ sha256, version, variant, place, rejections }: ShownCandidate) {
  return (
    <tr>
      <th scope="row">
        <code>{oneLine(sha256.slice(0, 12) || 'not known', 20)}</code>
      </th>
      <td>{oneLine([version, variant].filter((one) => one !== '').join(', ') || '–', 80)}</td>
      <td class={place > 0 ? 'p' : 'a'}>{place > 0 ? `may be used, choice ${place}` : 'not used'}</td>
      <td>
        {rejections.length > 0 && (
          <ul>
            {rejections.map(({ code, detail }) => (
              <li>
                <code>{oneLine(code, 80)}</code>: {oneLine(detail, 300)}
              </li>
            ))}
          </ul>
        )}
      </td>
    </tr>
  );
}

function Candidates({ candidates, more }: Pick<ShownDecision, 'candidates' | 'more'>) {
  if (candidates.length === 0) return <p>There are no signed results.</p>;
  return (
    <>
      <ListTable label="Signed results" heads={['Object', 'Build', 'Result', 'Why not']}>
        {candidates.map((one) => (
          <Candidate {...one} />
        ))}
      </ListTable>
      {more > 0 && <p>And {more} more.</p>}
    </>
  );
}

/** What was decided for a host, and why; that none may be used is a decision, too. */
export function decisionPage(assets: PageAssets, decision: ShownDecision): string {
  const { name, decisionId, selected, fetched, candidates, more } = decision;
  const shown = oneLine(name, 80);
  return trackPage(
    { assets, title: selected ? `${shown} for this host` : `no ${shown} for this host` },
    <>
      <h1>{selected ? `A build of ${shown} fits this host` : `No build of ${shown} may be used on this host`}</h1>
      <Facts
        rows={[
          ...(selected ?? []),
          ...(fetched ? ([['fetched', `${fetched.name} (${fetched.sha256})`]] as const) : []),
          ['decision', decisionId],
        ]}
      />
      <Section title="Signed results">
        <Candidates candidates={candidates} more={more} />
      </Section>
      <p>
        <a href="runtime">Decide for another host</a>
      </p>
    </>,
  );
}
