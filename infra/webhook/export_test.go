package webhook

// LimitRefusals is limitRefusals.
var LimitRefusals = limitRefusals
