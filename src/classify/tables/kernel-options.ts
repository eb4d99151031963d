/**
 * Made by `npm run kernel-options` out of the configurations in Debian's verified packages (x86_64). First line: options. Then one
 * kernel each: profile, release, version of the package, first half of its configuration's sha256, and a letter per option: `y`,
 * `m` (module) or `-` (not set).
 */
export const KERNEL_OPTIONS = `
CONFIG_AUDIT CONFIG_BLK_CGROUP CONFIG_BPF_EVENTS CONFIG_BPF_JIT CONFIG_BPF_KPROBE_OVERRIDE CONFIG_BPF_LIRC_MODE2 CONFIG_BPF_LSM CONFIG_BPF_STREAM_PARSER CONFIG_CGROUP_BPF CONFIG_CRYPTO CONFIG_FPROBE CONFIG_FS_ENCRYPTION CONFIG_FS_VERITY CONFIG_FTRACE_SYSCALLS CONFIG_HID_BPF CONFIG_HUGETLB_PAGE CONFIG_INET CONFIG_IO_URING CONFIG_KEYS CONFIG_KSM CONFIG_LWTUNNEL_BPF CONFIG_MEMCG CONFIG_NET CONFIG_NETFILTER_BPF_LINK CONFIG_NET_SCH_BPF CONFIG_PERF_EVENTS CONFIG_PSI CONFIG_SCHED_CLASS_EXT CONFIG_SECURITY CONFIG_SECURITY_APPARMOR CONFIG_SECURITY_NETWORK CONFIG_SECURITY_PATH CONFIG_SECURITY_SELINUX CONFIG_SYSTEM_DATA_VERIFICATION CONFIG_TRANSPARENT_HUGEPAGE CONFIG_XDP_SOCKETS CONFIG_XFRM
debian-11-5.10 5.10.0-46-cloud-amd64 5.10.262-1 463818d4135de246 yyyy--yyyy-yyy-yyyyyyyy--yy-yyyyyyyyy
debian-11-5.10-generic 5.10.0-46-amd64 5.10.262-1 d62c2043f29a16c4 yyyy--yyyy-yyy-yyyyyyyy--yy-yyyyyyyyy
debian-12-6.1 6.1.0-56-cloud-amd64 6.1.192-2 6d45c8c827f41623 yyyy--yyyy-yyy-yyyyyyyy--yy-yyyyyyyyy
debian-12-6.1-generic 6.1.0-57-amd64 6.1.192-3 f75010e906eac59e yyyy--yyyy-yyy-yyyyyyyy--yy-yyyyyyyyy
debian-12-6.1-rt 6.1.0-57-rt-amd64 6.1.192-3 c765f4b8a88b8236 yyyy--yyyy-yyy-yyyyyyyy--yy-yyyyyy-yy
debian-12-6.12 6.12.117+deb12-cloud-amd64 6.12.117-1~deb12u1 3078ff1ea2c2b210 yyyy--yyyyyyyy-yyyyyyyyy-yy-yyyyyyyyy
debian-13-6.12 6.12.118+deb13-cloud-amd64 6.12.118-1 30aa1495e3fbaabd yyyy--yyyyyyyy-yyyyyyyyy-yy-yyyyyyyyy
debian-13-6.12-generic 6.12.118+deb13-amd64 6.12.118-1 44f881c8f5409891 yyyy--yyyyyyyy-yyyyyyyyy-yy-yyyyyyyyy
debian-13-6.12-rt 6.12.118+deb13-rt-amd64 6.12.118-1 81292ec4b634b00f yyyy--yyyyyyyy-yyyyyyyyy-yy-yyyyyy-yy
debian-13-6.16 6.16.12+deb13-cloud-amd64 6.16.12-1~bpo13+1 534cdd2a6eb95fbb yyyy--yyyyyyyy-yyyyyyyyy-yyyyyyyyyyyy
debian-13-6.17 6.17.13+deb13-cloud-amd64 6.17.13-1~bpo13+1 a85d46c2808b2dff yyyy--yyyyyyyy-yyyyyyyyyyyyyyyyyyyyyy
debian-13-6.18 6.18.15+deb13-cloud-amd64 6.18.15-1~bpo13+1 0e893470f0255120 yyyy--yyyyyyyy-yyyyyyyyyyyyyyyyyyyyyy
debian-13-6.19 6.19.14+deb13-cloud-amd64 6.19.14-1~bpo13+1 ac8be7f40b27b2d9 yyyy--yyyyyyyy-yyyyyyyyyyyyyyyyyyyyyy
debian-13-7.0 7.0.13+deb13-cloud-amd64 7.0.13-1~bpo13+1 eefdd634003f745b yyyy--yyyyyyyy-yyyyyyyyyyyyyyyyyyyyyy
debian-13-7.1 7.1.13+deb13-cloud-amd64 7.1.13-1~bpo13+1 83bc2650ba4e3d33 yyyy--yyyyyyyy-yyyyyyyyyyyyyyyyyyyyyy
debian-13-7.2 7.2.12+deb13-cloud-amd64 7.2.12-1~bpo13+1 aa730c61b2f557b6 yyyy--yyyyyyyy-yyyyyyyyyyyyyyyyyyyyyy
debian-13-7.3 7.3.4+deb13-cloud-amd64 7.3.4-1~bpo13+1 7568c8d97df6cabb yyyy--yyyyyyyy-yyyyyyyyyyyyyyyyyyyyyy
debian-13-7.3-generic 7.3.4+deb13-amd64 7.3.4-1~bpo13+1 89bc6f06f53ece59 yyyy--yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy
debian-13-7.3-rt 7.3.4+deb13-rt-amd64 7.3.4-1~bpo13+1 1dbc38bfbce95415 yyyy--yyyyyyyyyyyyyyyyyyyyyyyyyyyy-yy
`;
