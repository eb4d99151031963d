/** A name of the kernel that something of an object needs. A tracepoint is `category/name`; types are structures. */
export interface NeededName {
  readonly kind: 'function' | 'variable' | 'raw_tracepoint' | 'tracepoint' | 'type';
  readonly name: string;
}

/** What a manifest and flags say of modules. */
export interface ModuleRules {
  /** false: none is inserted for a name that is missing (`--no-modules`). */
  readonly onDemand: boolean;
  /** Inserted before the object is opened, whatever it needs. */
  readonly load: readonly string[];
  /** Never inserted. */
  readonly forbid: readonly string[];
}

export const NO_MODULE_RULES: ModuleRules = { onDemand: true, load: [], forbid: [] };

/** Modules that are to be inserted for some names, and what could not be settled. */
export interface ModuleChoice {
  /** In the order in which they are inserted. `names`: what each is inserted for; none of a dependency. */
  readonly modules: readonly { readonly name: string; readonly names: readonly string[] }[];
  /** Names that several modules have, none of which is inserted. */
  readonly ambiguous: readonly { readonly name: string; readonly modules: readonly string[] }[];
  /** Names whose module must not be inserted. */
  readonly forbidden: readonly { readonly name: string; readonly module: string }[];
  /** Names that no module of the kernel has. */
  readonly nowhere: readonly string[];
}

/** One module of a cell. */
export interface CellModule {
  readonly name: string;
  /** `name`: the object names something of it; `dependency`: another one needs it; `manifest`: it is to be loaded. */
  readonly reason: 'name' | 'dependency' | 'manifest';
  /** The names of the kernel that it was inserted for. */
  readonly names: readonly string[];
  /** `built_in`: it is part of the kernel; `absent`: the kernel's packages do not have it. */
  readonly status: 'loaded' | 'failed' | 'built_in' | 'absent';
  /** Why it was not inserted; empty where it was. */
  readonly error: string;
}

/** Everything that modules had to do with one cell. */
export interface CellModules {
  readonly modules: readonly CellModule[];
  readonly ambiguous: ModuleChoice['ambiguous'];
  readonly forbidden: ModuleChoice['forbidden'];
  /** Names that were looked for in all modules of the kernel, and that none has. */
  readonly nowhere: readonly string[];
  /** Why the modules of the kernel could not be looked into; undefined where they could, or nothing had to be looked up. */
  readonly unavailable: string | undefined;
}
