package logstore

// A stretch is new whole lines of one part, as the follower read them.
type stretch struct {
	day   Day
	rank  int    // of the part in its day, from 0, in the order of positions; noRank if its file has no name any more
	name  string // of the file that held it then
	from  int64  // offset of data in the part's content
	to    int64  // and where it ends; the next line begins there or behind
	print uint32 // fingerprint of the content up to to

	// data is whole lines, each with its newline; only the last one of a file
	// whose day is over may have none. It is good during the call only.
	data []byte
}

// A frontier is how far the parts of a journal are read that may still change:
// those of days that are not over, and of others those that were appended to
// lately. All other parts are read to their ends. It is immutable.
type frontier []frontierPart

// A frontierPart says how far one part is read.
type frontierPart struct {
	day    Day
	rank   int
	name   string // of the file that holds it, for people
	length int64  // bytes of content that are read: the end of a line
	print  uint32 // fingerprint of the content up to length
}

// A consumer is told what the follower reads: stretches in file order, and the
// frontier behind them. It is called with the follower locked, so it must be
// quick, never wait, and not call the follower.
type consumer interface {
	consume(new []stretch, behind frontier)
}
