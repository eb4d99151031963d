/**
 * Fields that many programs read and that moved in the kernel: where what they held is now. By structure and field, as
 * libbpf writes them; the words complete "Since 5.14".
 */
const MOVED: ReadonlyMap<string, readonly [since: string, where: string]> = new Map([
  ['struct task_struct.state', ['5.14', 'it is called __state']],
  ['struct iov_iter.type', ['5.14', 'it is called iter_type']],
  ['struct iov_iter.iov', ['6.4', 'it is called __iov (read it by the function iter_iov, or as __iov)']],
  ['struct bio.bi_disk', ['5.12', 'the disk is bi_bdev->bd_disk']],
  ['struct request.rq_disk', ['5.17', 'the disk is q->disk']],
  ['struct page.slab_cache', ['5.17', 'it is in struct slab, which lies over struct page']],
  ['struct mm_struct.rss_stat.count', ['6.2', 'rss_stat is an array of struct percpu_counter: rss_stat[N].count']],
  ['struct kernfs_node.parent', ['6.15', 'it is called __parent, and is read under RCU']],
  ['struct fd.file', ['6.12', 'struct fd has one member word: the file is word without its two lowest bits']],
  ['struct cred.cap_effective.cap', ['6.3', 'kernel_cap_t has one 64-bit member val instead of the array cap']],
  ['struct cred.cap_permitted.cap', ['6.3', 'kernel_cap_t has one 64-bit member val instead of the array cap']],
  ['struct cred.cap_inheritable.cap', ['6.3', 'kernel_cap_t has one 64-bit member val instead of the array cap']],
  [
    'struct tty_driver.type',
    ['6.17', 'it is an enum tty_driver_type, which CO-RE takes for another field than a short'],
  ],
  ['struct module.core_layout', ['6.4', 'it is mem[MOD_TEXT]']],
  ['struct inode.i_ctime', ['6.6', 'it is called __i_ctime, and since 6.11 i_ctime_sec and i_ctime_nsec']],
  ['struct inode.i_atime', ['6.7', 'it is called __i_atime, and since 6.11 i_atime_sec and i_atime_nsec']],
  ['struct inode.i_mtime', ['6.7', 'it is called __i_mtime, and since 6.11 i_mtime_sec and i_mtime_nsec']],
  ['struct cfs_rq.nr_running', ['6.14', 'it is called nr_queued']],
  ['struct dentry.d_iname', ['6.14', 'it is d_shortname.string']],
]);

/** `Since 5.12 the disk is bi_bdev->bd_disk.`; undefined for accesses that nothing is known about. */
export function movedTo(access: string | undefined): string | undefined {
  const found = [...MOVED].find(
    ([field]) => access === field || (/^[.[]/.test(access?.slice(field.length) ?? '') && access?.startsWith(field)),
  );
  return found && `Since ${found[1][0]} ${found[1][1]}.`;
}
