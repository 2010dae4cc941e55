package rpc

import (
	"context"

	"daybook/filter"
)

// channelMethods returns the methods by which clients of the platform subscribe
// to market data, which some of them do with every connection. There is none
// here: whatever they ask for, they are told that they have it and get nothing.
// Without an answer they would wait for 30 seconds, and an error would make them
// connect anew. The spelling of the param is theirs.
func channelMethods() map[string]*Method {
	methods := make(map[string]*Method)
	for _, name := range []string{"Subscribe", "Unsubscribe"} {
		methods[name] = &Method{
			Name:  name,
			Query: true,
			Decode: func(params []byte) (Call, error) {
				p, err := filter.ParseParams(params)
				if err != nil {
					return nil, err
				}
				if !p.Has("chanels") {
					return nil, errNoMethod(name, "")
				}
				return noChannels, nil
			},
		}
	}
	return methods
}

// noChannels answers that nothing is subscribed.
func noChannels(context.Context, *Caller) (Answer, error) { return Bytes(`{"chanels":[]}`), nil }
