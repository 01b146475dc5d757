using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using Nabla.Calculus;

namespace Nabla.Cli.CommandLine;

/// <summary>What is wrong with a command line, in one sentence with the nearest known name.</summary>
internal static partial class ParseErrors
{
    /// <summary>The first error, or null.</summary>
    public static string? Describe(ParseResult parsed)
    {
        bool atRoot = parsed.CommandResult == parsed.RootCommandResult;
        if (atRoot && parsed.UnmatchedTokens is [string command, ..] && !OptionName().IsMatch(command))
        {
            return Suggestion.Unknown("command", command, parsed.CommandResult.Command.Subcommands.Select(known => known.Name));
        }

        if (UnknownOption(parsed) is string option)
        {
            return Suggestion.Unknown("option", option, OptionsOf(parsed));
        }

        if (parsed.Errors.Count == 0)
        {
            return null;
        }

        if (parsed.UnmatchedTokens is [string unexpected, ..])
        {
            string name = atRoot ? "nabla" : $"nabla {parsed.CommandResult.Command.Name}";
            return $"{name} does not take '{unexpected}'; '{name} --help' shows what it takes";
        }

        return parsed.Errors[0].Message.TrimEnd('.');
    }

    /// <summary>
    /// The parser takes an unknown option for an argument where the command still has room for one: a slip in an option's name would be
    /// reported as an unknown data set. After a "--" everything is an argument.
    /// </summary>
    private static string? UnknownOption(ParseResult parsed)
    {
        if (parsed.Tokens.Any(token => token.Type == TokenType.DoubleDash))
        {
            return null;
        }

        IEnumerable<string> arguments = parsed.CommandResult.Children
            .OfType<ArgumentResult>()
            .SelectMany(result => result.Tokens)
            .Select(token => token.Value);
        return arguments.Concat(parsed.UnmatchedTokens).FirstOrDefault(text => OptionName().IsMatch(text)) is string option
            ? option.Split('=', ':')[0]
            : null;
    }

    private static IEnumerable<string> OptionsOf(ParseResult parsed) => parsed.CommandResult.Command.Options
        .Concat(parsed.RootCommandResult.Command.Options.Where(option => option.Recursive))
        .Select(option => option.Name)
        .Where(name => name.StartsWith("--", StringComparison.Ordinal))
        .Distinct();

    [GeneratedRegex("^--[a-zA-Z][-a-zA-Z]+([=:].*)?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OptionName();
}
