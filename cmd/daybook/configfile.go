package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// maxConfigFile bounds what is read of a configuration file, in bytes.
const maxConfigFile = 1 << 20

// A configEntry is one setting of a configuration file.
type configEntry struct {
	Name   string
	Values []string // several for a list
	Where  string   // file and line, for errors
}

// readConfigFile reads a YAML file that is one mapping from names of settings
// to scalars, or to lists of scalars. Entries come in the order written. A
// name that stands twice is an error, as is anything nested.
func readConfigFile(name string) ([]configEntry, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxConfigFile {
		return nil, fmt.Errorf("%s: %d bytes are too many for a configuration file, the limit is %d", name, info.Size(), maxConfigFile)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return parseConfig(name, text)
}

func parseConfig(name string, text []byte) ([]configEntry, error) {
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, configSyntax(name, err)
	}
	if len(file.Docs) > 1 {
		return nil, fmt.Errorf("%s: holds %d YAML documents, want one", name, len(file.Docs))
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		return nil, nil
	}
	var members []*ast.MappingValueNode
	switch body := file.Docs[0].Body.(type) {
	case *ast.MappingNode:
		members = body.Values
	case *ast.MappingValueNode:
		members = []*ast.MappingValueNode{body}
	case *ast.NullNode, *ast.CommentGroupNode:
		return nil, nil
	default:
		return nil, fmt.Errorf("%s: want settings, one a line, as 'journal: /var/log/trading'", at(name, body))
	}
	entries := make([]configEntry, 0, len(members))
	for _, member := range members {
		entry := configEntry{Name: member.Key.GetToken().Value, Where: at(name, member.Key)}
		if entry.Values, err = configValues(member.Value); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", entry.Where, entry.Name, err)
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

// configValues returns the text of a scalar, or of each element of a list. A
// scalar is taken as written: 007 stays 007.
func configValues(node ast.Node) ([]string, error) {
	switch node := node.(type) {
	case *ast.SequenceNode:
		values := make([]string, 0, len(node.Values))
		for _, element := range node.Values {
			value, err := configScalar(element)
			if err != nil {
				return nil, err
			}
			values = append(values, value)
		}
		return values, nil
	}
	value, err := configScalar(node)
	return []string{value}, err
}

func configScalar(node ast.Node) (string, error) {
	switch node := node.(type) {
	case *ast.StringNode:
		return node.Value, nil
	case *ast.LiteralNode:
		return node.Value.Value, nil
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return node.GetToken().Value, nil
	case *ast.NullNode:
		return "", errors.New("has no value")
	}
	return "", fmt.Errorf("want a text, a number, true or false, or a list of them")
}

// configSyntax makes one line of the parser's error, which comes with an
// excerpt of the file.
func configSyntax(name string, err error) error {
	var syntax yaml.Error
	if errors.As(err, &syntax) && syntax.GetToken() != nil && syntax.GetToken().Position != nil {
		return fmt.Errorf("%s:%d: %s", name, syntax.GetToken().Position.Line, syntax.GetMessage())
	}
	first, _, _ := strings.Cut(err.Error(), "\n")
	return fmt.Errorf("%s: %s", name, first)
}

// at names a place in a configuration file.
func at(name string, node ast.Node) string {
	if token := node.GetToken(); token != nil && token.Position != nil {
		return fmt.Sprintf("%s:%d", name, token.Position.Line)
	}
	return name
}
