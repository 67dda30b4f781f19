package journey

// Input is a value that whoever starts the run may give, such as a larger number for a rehearsal; otherwise the usual one.
func (t *T) Input(name, usual string) string {
	if value, ok := t.inputs[name]; ok {
		return value
	}
	return usual
}
