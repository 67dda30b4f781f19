// Package trend holds the statistics of a step's daily times: the slope and its significance, the growth model that fits
// best, and the running median. It knows neither runs nor incidents, so each formula can be checked against its source.
package trend
