"""The panel Unroll: recurrent networks over time, every gate a number."""
