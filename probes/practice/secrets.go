package practice

// Secrets are the names of those that the journeys ask for, so that it can be seen beforehand whether they are there.
var Secrets = []string{"shop-email", "shop-password"}
