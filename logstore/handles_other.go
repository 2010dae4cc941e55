//go:build !linux

package logstore

// keepsHandles is for systems that open a file for its state only.
func keepsHandles(string) bool { return false }

func openHandle(folder, string) int { return -1 }

func closeHandle(int) {}

func mayRead(int) bool { return false }
