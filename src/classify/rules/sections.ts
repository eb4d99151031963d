/** Sections whose programs are loaded with the sleepable flag. */
export const SLEEPABLE =
  /^\??(?:fentry|fexit|fmod_ret|fsession|lsm|iter|uprobe|uretprobe|kprobe|ksyscall)[\w.]*\.s(?:\/|$)/;

/** Sections whose programs are loaded for packets of several buffers. */
export const FRAGS = /^\??xdp\.frags\b/;

/** Sections of programs that are hooked into a function of the kernel. */
export const TRACED = /^\??(?:fentry|fexit|fmod_ret|fsession)(?:\.s)?\//;
