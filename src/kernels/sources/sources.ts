import type { Host } from '../../host/host.ts';
import type { KernelRecord, KernelSource } from '../../model/kernel.ts';
import type { FetchedKernel } from '../unpacked.ts';
import { deb } from './deb/source.ts';
import { file } from './file.ts';
import { oci } from './oci/source.ts';
import { rpm } from './rpm.ts';
import type { FetchRequest, OfferedBuild, OffersRequest, PackageId } from './source.ts';
import { url } from './url/source.ts';

/** The kernel of a block of any kind, see `Source`. A new kind does not compile before it is named here. */
export function fetchKernel(host: Host, request: FetchRequest<KernelSource>): Promise<FetchedKernel | 'unchanged'> {
  const { source } = request;
  switch (source.source) {
    case 'deb':
      return deb.fetch(host, { ...request, source });
    case 'rpm':
      return rpm.fetch(host, { ...request, source });
    case 'file':
      return file.fetch(host, { ...request, source });
    case 'url':
      return url.fetch(host, { ...request, source });
    case 'oci':
      return oci.fetch(host, { ...request, source });
  }
}

/** Every build that is offered for a block of any kind, newest first, see `Source`. */
export function offeredBuilds(host: Host, request: OffersRequest<KernelSource>): Promise<readonly OfferedBuild[]> {
  const { source } = request;
  switch (source.source) {
    case 'deb':
      return deb.builds(host, { ...request, source });
    case 'rpm':
      return rpm.builds(host, { ...request, source });
    case 'file':
      return file.builds(host, { ...request, source });
    case 'url':
      return url.builds(host, { ...request, source });
    case 'oci':
      return oci.builds(host, { ...request, source });
  }
}

/** The block that requests one of the builds that a block of any kind offers. */
export function exactly(source: KernelSource, build: PackageId): KernelSource {
  switch (source.source) {
    case 'deb':
      return deb.exactly(source, build);
    case 'rpm':
      return rpm.exactly(source, build);
    case 'file':
      return file.exactly(source, build);
    case 'url':
      return url.exactly(source, build);
    case 'oci':
      return oci.exactly(source, build);
  }
}

/** Does what is stored still match what a block of any kind requests? */
export function matchesSource(stored: KernelRecord['package'], source: KernelSource): boolean {
  switch (source.source) {
    case 'deb':
      return deb.matches(stored, source);
    case 'rpm':
      return rpm.matches(stored, source);
    case 'file':
      return file.matches(stored, source);
    case 'url':
      return url.matches(stored, source);
    case 'oci':
      return oci.matches(stored, source);
  }
}
