using Nabla.Calculus.Expressions;

namespace Nabla.Calculus.Language;

/// <summary>Reading expressions, as members of <see cref="Expr"/>.</summary>
public static class ExprParsing
{
    extension(Expr)
    {
        /// <summary>The expression that a text says, with a pool of its own: <c>Expr.Parse("x'*A*x", "A: n x n, x: n")</c>.</summary>
        /// <param name="expression">The text.</param>
        /// <param name="where">The variables and their shapes.</param>
        /// <exception cref="LanguageException">The text is no expression, or its shapes do not fit; the message points at the place.</exception>
        public static Expr Parse(string expression, string where) => Scope.Of(where).Parse(expression);

        /// <summary>The expression that a text says, and the scope that holds its variables.</summary>
        /// <param name="expression">The text.</param>
        /// <param name="where">The variables and their shapes.</param>
        /// <param name="scope">The variables, and the place for further expressions of them.</param>
        /// <exception cref="LanguageException">The text is no expression, or its shapes do not fit; the message points at the place.</exception>
        public static Expr Parse(string expression, string where, out Scope scope)
        {
            scope = Scope.Of(where);
            return scope.Parse(expression);
        }

        /// <summary>The expression that a text says over variables that exist already.</summary>
        /// <param name="expression">The text.</param>
        /// <param name="scope">The variables.</param>
        /// <exception cref="LanguageException">The text is no expression, or its shapes do not fit; the message points at the place.</exception>
        public static Expr Parse(string expression, Scope scope)
        {
            ArgumentNullException.ThrowIfNull(scope);
            return scope.Parse(expression);
        }
    }
}
