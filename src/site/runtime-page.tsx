import type { ComponentChildren } from 'preact';
import { EXPERIMENTAL } from '../model/experimental.ts';
import { Facts, Section } from './elements.tsx';
import { htmlPage, type PageAssets } from './shell.tsx';
import { TokenForm } from './start-page.tsx';

/** A page of the runtime track, which says of itself what it is. */
export function trackPage(
  { assets, title }: { readonly assets: PageAssets; readonly title: string },
  children: ComponentChildren,
): string {
  return htmlPage({
    ...{ assets, up: 'results/', title: `bpfcompat: ${title}`, crumbs: [], downloads: [] },
    children: (
      <>
        <p class="banner">The runtime track is {EXPERIMENTAL}. Nothing is loaded from here.</p>
        {children}
      </>
    ),
  });
}

interface RuntimePageProps {
  readonly assets: PageAssets;
  /** Sending the form needs a credential. */
  readonly locked: boolean;
  /** The machine of the server, for a reader who is on it; undefined: it is not shown. */
  readonly host: readonly (readonly [name: string, text: string])[] | undefined;
}

function Text({ name, children, required }: { name: string; children: ComponentChildren; required?: boolean }) {
  return (
    <p>
      <label>
        {children} <input type="text" name={name} maxLength={256} required={required} autocomplete="off" />
      </label>
    </p>
  );
}

function SelectForm({ isHere }: { isHere: boolean }) {
  return (
    <form class="start" method="post" action="runtime" encType="multipart/form-data">
      <Text name="artifact_name" required>
        Artifact
      </Text>
      <Text name="version">Version (empty: any)</Text>
      <Text name="variant">Variant (empty: any)</Text>
      <p>
        <label>
          Probe of the host{isHere && ' (without one: this machine)'}{' '}
          <input type="file" name="host_probe" accept=".json" required={!isHere} />
        </label>
      </p>
      <fieldset>
        <legend>What is done</legend>
        <label>
          <input type="radio" name="do" value="select" checked /> select
        </label>{' '}
        <label>
          <input type="radio" name="do" value="fetch" /> select, and fetch into a directory of the server
        </label>
      </fieldset>
      <p>
        <button type="submit">Decide</button>
      </p>
      <p class="said" role="status" />
    </form>
  );
}

/** What the machine of the server is, and a form that decides which build of an object fits a host. */
export function runtimePage({ assets, locked, host }: RuntimePageProps): string {
  return trackPage(
    { assets, title: 'which build fits a host' },
    <>
      <h1>Which build of an object fits a host</h1>
      <p>
        By signed results of checks that this server believes. <code>bpfcompat runtime probe --out host.json</code>{' '}
        describes a host; it reads files only.
      </p>
      {locked && <TokenForm why="This server decides for callers with an API key." />}
      <Section title="Select">
        <SelectForm isHere={host !== undefined} />
      </Section>
      <Section title="This machine">
        {host ? <Facts rows={host} /> : <p>The machine of the server is shown to callers on it with an API key.</p>}
      </Section>
    </>,
  );
}
