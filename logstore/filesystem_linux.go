package logstore

import "golang.org/x/sys/unix"

// silentFileSystems are those that do not notify of changes made by other
// machines, or by the program that stands behind them.
var silentFileSystems = map[uint32]string{
	unix.NFS_SUPER_MAGIC:   "nfs",
	unix.SMB_SUPER_MAGIC:   "smb",
	unix.SMB2_SUPER_MAGIC:  "smb2",
	unix.CIFS_SUPER_MAGIC:  "cifs",
	unix.FUSE_SUPER_MAGIC:  "fuse",
	unix.V9FS_MAGIC:        "9p",
	unix.AFS_FS_MAGIC:      "afs",
	unix.AFS_SUPER_MAGIC:   "afs",
	unix.CEPH_SUPER_MAGIC:  "ceph",
	unix.CODA_SUPER_MAGIC:  "coda",
	unix.NCP_SUPER_MAGIC:   "ncp",
	unix.OCFS2_SUPER_MAGIC: "ocfs2",
	unix.PROC_SUPER_MAGIC:  "proc",
	unix.SYSFS_MAGIC:       "sysfs",
	0x01161970:             "gfs2",
	0x0bd00bd0:             "lustre",
	0x47504653:             "gpfs",
	0x786f4256:             "vboxsf",
	0xbacbacbc:             "vmhgfs",
	0x19830326:             "beegfs",
}

// silentFileSystem reports whether the file system of dir is one whose
// notifications miss changes, and which.
func silentFileSystem(dir string) (kind string, silent bool) {
	var s unix.Statfs_t
	if unix.Statfs(dir, &s) != nil {
		return "", false
	}
	kind, silent = silentFileSystems[uint32(s.Type)]
	return kind, silent
}
