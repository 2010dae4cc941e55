package peer

import "time"

// The study's figures: medians in milliseconds over 10,000,000 lines of the
// same generator on two cores, where cat took referenceCat for the files.
const referenceCat = 120 * time.Millisecond

// What a contender may take beyond the study's figure, scaled by what cat takes
// here. Starting programs and passing statements takes its time however small
// the journal is.
const (
	slowerBy      = 3
	fixedDuckDB   = 15 * time.Millisecond // three plans, and its threads
	fixedSQLite   = 3 * time.Millisecond
	fixedPrograms = 80 * time.Millisecond // bash and what it starts
)

// references returns the study's figures from Q1 on; 0 where a contender was
// not asked.
func references(name string) []float64 {
	switch name {
	case DuckDB:
		return []float64{11.7, 87.0, 21.5, 78.7, 186, 856, 468, 2036, 1301, 7.8, 90.3, 8.1}
	case SQLite:
		return []float64{8.0, 152, 20.8, 1.3, 274, 2951, 1604, 8071, 5.7, 2.2, 6744, 166}
	case SQLiteTrigram:
		return []float64{0, 0, 0, 0, 0, 25.1, 1553, 0, 0, 0, 0, 0}
	case Pipelines:
		return []float64{207, 2516, 441, 196, 1904, 208, 1777, 215, 6618, 103, 1575, 140}
	}
	return nil
}

// Allowed returns the longest time with which a contender is still the one of
// the study, on a machine and journal where cat takes so long for the files.
// Question is the number of the question, from 1 on. 0 stands for no limit,
// where the study has no figure.
func Allowed(name string, question int, cat time.Duration) time.Duration {
	figures := references(name)
	if question < 1 || question > len(figures) || figures[question-1] == 0 {
		return 0
	}
	fixed := fixedSQLite
	switch name {
	case DuckDB:
		fixed = fixedDuckDB
	case Pipelines:
		fixed = fixedPrograms
	}
	scaled := figures[question-1] * float64(cat) / float64(referenceCat)
	return fixed + time.Duration(slowerBy*scaled*float64(time.Millisecond))
}
