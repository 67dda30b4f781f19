package alerts

// caps checks that no cap holds back everything, or nothing.
func (c *checker) caps(path string, caps Caps) {
	const most = 1000
	for _, f := range []struct {
		field string
		n     int
	}{{"calls_per_hour", caps.CallsPerHour}, {"texts_per_hour", caps.TextsPerHour}} {
		if f.n < 1 || f.n > most {
			c.fault(path+"."+f.field, "expected 1 to %d, got %d", most, f.n)
		}
	}
	if caps.Month < 0 {
		c.fault(path+".month", "expected 0 or more, got %g", caps.Month)
	}
	for _, f := range []struct {
		field string
		price float64
	}{{"call_price", caps.CallPrice}, {"text_price", caps.TextPrice}} {
		switch {
		case caps.Month > 0 && f.price <= 0:
			c.fault(path+"."+f.field, "expected a price above 0, as on_call.caps.month is a sum of prices, got %g", f.price)
		case f.price < 0:
			c.fault(path+"."+f.field, "expected 0 or more, got %g", f.price)
		}
	}
}
